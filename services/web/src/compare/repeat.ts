import { api, ask, type PromptList, type Run, type RunObject } from '../api/client';
import { Problem, problemOf } from '../api/problem';
import { titleOf } from '../ui/run-state';
import { saidPoint, type SaidObject } from '../workbench/said-objects';

type Said = PromptList['items'][number]['objects'][number];

const isOnMask = ({ isAbsent, points }: Said) => !isAbsent && !points;

/** Starts a run of the same video with the same objects and prompts, by another encoder or preset. @throws Problem */
export async function repeatRun(
  run: Run,
  { encoder, preset }: { encoder: string | undefined; preset: Run['preset'] },
): Promise<Run> {
  const path = { params: { path: { id: run.id } } };
  const [prompts, objects] = await Promise.all([
    ask(api.GET('/v1/runs/{id}/prompts', path)),
    ask(api.GET('/v1/runs/{id}/objects', path)),
  ]);
  const form = new FormData();
  const name = `${titleOf(run)}, again`.slice(0, 200);
  // What the run had besides its preset goes along with the preset only.
  const parameters = preset === run.preset ? run.parameters : undefined;
  form.append('options', JSON.stringify({ name, tags: run.tags, encoder, preset, parameters }));
  form.append('videoId', run.videoId);
  form.append('objects', JSON.stringify(objects.items.map(described)));
  form.append('prompts', JSON.stringify(saidWithoutMasks(prompts)));
  for (const { frame, objects: said } of prompts.items) {
    if (said.some(isOnMask)) form.append(`mask@${frame}`, await maskOf(run.id, frame), 'mask.png');
  }
  return ask(api.POST('/v1/runs', { body: form as never }));
}

/** An object as a request describes it: its kind follows from whether it has points. */
function described({ id, name, colour, isTracedBack, points, skeleton }: RunObject) {
  return { id, name, colour, isTracedBack, points, skeleton };
}

/** Key points, and objects that are not there: what a mask does not say. */
function saidWithoutMasks(prompts: PromptList) {
  return prompts.items.flatMap(({ frame, objects }) => {
    const said = objects.flatMap(({ id, isAbsent, points }): SaidObject[] => {
      if (points) return [{ id, points: points.map(({ visibility, ...point }) => saidPoint(point, visibility)) }];
      return isAbsent ? [{ id, absent: true }] : [];
    });
    return said.length > 0 ? [{ frame, objects: said }] : [];
  });
}

async function maskOf(runId: string, frame: number): Promise<Blob> {
  const answer = await fetch(`/v1/runs/${runId}/prompts/${frame}/mask.png`).catch((error: unknown) => {
    throw Problem.unreachable(error);
  });
  if (!answer.ok) throw problemOf(await answer.json().catch(() => undefined), answer.status);
  return answer.blob();
}
