import { api, ask, type Frame } from '../api/client';

/** Masks of frames, as run lengths. @returns those that are there of `count` frames from `first` on */
export async function frameRange(runId: string, first: number, count: number, signal?: AbortSignal): Promise<Frame[]> {
  const cursor = first === 0 ? undefined : String(first - 1);
  const params = { path: { id: runId }, query: { limit: count, cursor } };
  const { items } = await ask(api.GET('/v1/runs/{id}/frames', { params, signal }));
  return items.filter(({ index }) => index < first + count);
}

export async function firstFrame(runId: string, signal?: AbortSignal): Promise<Frame | undefined> {
  const [frame] = await frameRange(runId, 0, 1, signal);
  return frame?.index === 0 ? frame : undefined;
}
