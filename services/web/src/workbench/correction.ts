import { api, ask, type PromptList, type Timeline } from '../api/client';
import { encodeRle } from '../labels/rle';

interface Size {
  width: number;
  height: number;
}

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

/** Says where these objects are on a frame, or that they are not there, beside what was said of others before. */
export async function sendPrompt(
  runId: string,
  frame: number,
  ids: Uint8Array,
  { width, height }: Size,
  spokenOf: readonly number[],
  prompts: PromptList | undefined,
): Promise<void> {
  const before = prompts?.items.find((one) => one.frame === frame)?.objects.map(({ id }) => id) ?? [];
  const present = new Set(ids);
  const objects = [...new Set([...before, ...spokenOf])].map((id) =>
    present.has(id)
      ? { id, rle: { size: [height, width], counts: encodeRle(ids, width, height, id) } }
      : { id, absent: true as const },
  );
  const header = prompts ? { 'If-Match': `"${prompts.revision}"` } : {};
  await ask(
    api.PUT('/v1/runs/{id}/prompts/{frame}', { params: { path: { id: runId, frame }, header }, body: { objects } }),
  );
}

/** Share of the frames that counts as doubtful. */
const DOUBTFUL = 0.1;
/** A prompt so near makes a frame what it is: there is nothing to doubt. */
const NEAR = 5;

/** The next frame after `from`, around the end, on which some object is among the least certain of the run. */
export function nextDoubtful(timeline: Timeline, prompts: PromptList | undefined, from: number): number | undefined {
  const said = (prompts?.items ?? []).map(({ frame }) => frame);
  const doubts = timeline.frames
    .map((frame, k) => {
      const here = timeline.objects.flatMap(({ areas, confidences }) => (areas[k] ? [confidences[k] ?? 1] : []));
      return { frame, confidence: Math.min(1, ...here) };
    })
    .filter(({ frame }) => said.every((prompted) => Math.abs(prompted - frame) > NEAR))
    .sort((a, b) => a.confidence - b.confidence)
    .slice(0, Math.ceil(timeline.frames.length * DOUBTFUL))
    .map(({ frame }) => frame)
    .sort((a, b) => a - b);
  return doubts.find((frame) => frame > from) ?? doubts[0];
}
