import { api, ask, type Run, type Video } from '../api/client';
import { indexedPng } from '../labels/indexed-png';
import { saidPoints } from '../workbench/said-objects';
import type { Preset } from './presets';
import type { NewObjects } from './use-new-objects';

interface Wishes {
  name: string | undefined;
  preset: Preset;
  encoder: string | undefined;
}

/** Starts a run of a video from what is said of its objects on some frames. @throws Problem */
export async function createRun(video: Video, said: NewObjects, options: Wishes): Promise<Run> {
  const { sheets, points, colours, present, lookOf, shapeOf } = said;
  const form = new FormData();
  form.append('options', JSON.stringify(options));
  form.append('videoId', video.id);
  form.append('objects', JSON.stringify(present.map((id) => ({ id, ...lookOf(id), ...shapeOf(id) }))));
  for (const [frame, { ids, width, height }] of sheets.all()) {
    form.append(frame === 0 ? 'mask' : `mask@${frame}`, await indexedPng(ids, width, height, colours), 'mask.png');
  }
  const prompts = points.frames.map((frame) => ({
    frame,
    objects: (points.find(frame) ?? [])
      .filter((one) => one.points.some(({ x }) => x !== null))
      .map((one) => ({ id: one.id, points: saidPoints(one.points) })),
  }));
  const spoken = prompts.filter(({ objects }) => objects.length > 0);
  if (spoken.length > 0) form.append('prompts', JSON.stringify(spoken));
  return ask(api.POST('/v1/runs', { body: form as never }));
}
