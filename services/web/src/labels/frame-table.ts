import { api, ask, type Frame } from '../api/client';

/** A run that repeats one with another version of a model, which only the model's administrators see. */
export interface ShadowRun {
  model: string;
  shadowRunId: string;
}

/** Masks of frames, as run lengths. @returns those that are there of `count` frames from `first` on */
export async function frameRange(
  run: string | ShadowRun,
  first: number,
  count: number,
  signal?: AbortSignal,
): Promise<Frame[]> {
  const query = { limit: count, cursor: first === 0 ? undefined : String(first - 1) };
  const { items } = await ask(
    typeof run === 'string'
      ? api.GET('/v1/runs/{id}/frames', { params: { path: { id: run }, query }, signal })
      : api.GET('/v1/admin/models/{name}/shadow-comparisons/{shadowRunId}/frames', {
          params: { path: { name: run.model, shadowRunId: run.shadowRunId }, query },
          signal,
        }),
  );
  return items.filter(({ index }) => index < first + count);
}

export async function firstFrame(runId: string, signal?: AbortSignal): Promise<Frame | undefined> {
  const [frame] = await frameRange(runId, 0, 1, signal);
  return frame?.index === 0 ? frame : undefined;
}
