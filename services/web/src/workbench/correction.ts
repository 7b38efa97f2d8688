import { api, ask, type PromptList } from '../api/client';
import type { SaidObject } from './said-objects';

/** Objects that have other pixels in one picture of ids than in another, ascending. */
export function changedObjects(before: Uint8Array, after: Uint8Array): number[] {
  const changed = new Set<number>();
  for (let i = 0; i < after.length; i++) {
    if (before[i] === after[i]) continue;
    changed.add(before[i]!);
    changed.add(after[i]!);
  }
  changed.delete(0);
  return [...changed].sort((a, b) => a - b);
}

/** Changes a run only if it still is what this page knows of it. */
export const ifUnchanged = (prompts: PromptList | undefined) =>
  prompts ? { 'If-Match': `"${prompts.revision}"` } : {};

/** Says where objects are on a frame, or that they are not there. @throws Problem */
export async function sendPrompt(
  runId: string,
  frame: number,
  objects: SaidObject[],
  prompts: PromptList | undefined,
): Promise<void> {
  const params = { path: { id: runId, frame }, header: ifUnchanged(prompts) };
  await ask(api.PUT('/v1/runs/{id}/prompts/{frame}', { params, body: { objects } }));
}
