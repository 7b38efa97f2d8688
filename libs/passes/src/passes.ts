import { createHash } from 'node:crypto';
import type { Direction, ObjectKind, Prompt, PromptSet } from './prompts';
import { endOf, firstFrameOf, spansOf } from './spans';

/**
 * Propagation in one direction from one prompted frame. Its soft labels on a frame follow from that prompt and the
 * frames in between alone: not from where it ends, and not from any other prompt. So a correction leaves every pass of
 * another prompt as it is, and a run that was corrected has the passes of a run that was created with the same prompts.
 */
export interface Pass {
  /** Names the pass among all that its run may ever have. */
  key: string;
  kind: ObjectKind;
  direction: Direction;
  /** The prompted frame. The first step of the pass is this frame itself. */
  from: number;
  /** The last frame in its direction that any object needs; null, of a forward pass only: that of the video. */
  to: number | null;
  /**
   * Ids of the objects of the prompt. Of masks, each is a channel of the soft labels after that of the background; of key
   * points, each point of each object is one, and there is no background.
   */
  objects: readonly number[];
}

/** The way and the start of a pass, which together number its steps. */
export type Walk = Pick<Pass, 'direction' | 'from'>;

/** The name of a pass: everything that decides its soft labels within one run. */
export function passKey({ frame, digest }: Prompt, direction: Direction): string {
  return createHash('sha256').update(`${direction} ${frame} ${digest}`).digest('hex').slice(0, 40);
}

/**
 * The passes that a set of prompts asks for. Each prompt has a forward pass up to the next prompt of each of its objects,
 * and a backward pass down to the one before; between two prompts of an object both reach every frame.
 *
 * @returns by their prompted frame, forward before backward
 */
export function passesOf(set: PromptSet): Pass[] {
  const spans = spansOf(set);
  const kindOf = new Map(set.objects.map(({ id, kind }) => [id, kind]));
  return set.prompts.flatMap((prompt) => {
    const { frame: from, objects } = prompt;
    const kind = kindOf.get(objects[0]!) ?? 'mask';
    const end = Math.max(...spans.filter(({ before }) => before === prompt).map(endOf));
    const to = end === Infinity ? null : end - 1;
    const passes: Pass[] = [{ key: passKey(prompt, 'forward'), kind, direction: 'forward', from, to, objects }];
    // The prompt at the other end is true by definition, the first frame of the video is not.
    const lasts = spans
      .filter(({ after }) => after === prompt)
      .map((span) => firstFrameOf(span) + (span.before ? 1 : 0));
    const last = Math.min(from, ...lasts);
    if (last < from) {
      passes.push({ key: passKey(prompt, 'backward'), kind, direction: 'backward', from, to: last, objects });
    }
    return passes;
  });
}

/** The place of a frame in its pass: 0 is the prompted frame. The affinity kernel knows frames by this number only. */
export function stepOf({ direction, from }: Walk, frame: number): number {
  return direction === 'forward' ? frame - from : from - frame;
}

/** The frame at a place of a pass. */
export function frameAt({ direction, from }: Walk, step: number): number {
  return direction === 'forward' ? from + step : from - step;
}

/**
 * Frames of a pass in one segment, in its order. A pass walks through the whole of each segment, also where `to` lies in
 * it: what is stored of a segment must not depend on where the pass ends.
 */
export function framesWithin({ direction, from }: Walk, firstFrame: number, frameCount: number): number[] {
  const last = firstFrame + frameCount - 1;
  const low = direction === 'forward' ? Math.max(firstFrame, from) : firstFrame;
  const high = direction === 'forward' ? last : Math.min(last, from);
  const frames = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
  return direction === 'forward' ? frames : frames.reverse();
}

/**
 * The segments that a pass walks through, in its order.
 *
 * @param frameCount of the video; null while it is not known: an open pass then ends nowhere
 */
export function* segmentsOf(pass: Pass, frameCount: number | null, segmentFrames: number): Generator<number> {
  const segment = (frame: number) => Math.floor(frame / segmentFrames);
  if (pass.direction === 'backward') {
    for (let at = segment(pass.from); at >= segment(pass.to!); at--) yield at;
    return;
  }
  const end = Math.min(pass.to ?? Infinity, frameCount === null ? Infinity : frameCount - 1);
  for (let at = segment(pass.from); at <= segment(end); at++) yield at;
}

/** How far a pass is, in segments. */
export interface PassProgress {
  pass: Pass;
  done: number;
  /** Null while the end of the video, and so that of the pass, is not known. */
  total: number | null;
}

/**
 * How far the passes of a run are, those that its prompts ask for now.
 *
 * @param stored how many segments of each pass are there, by its key: the first ones in its direction, as each needs the
 *   one before
 */
export function progressOf(
  set: PromptSet,
  stored: ReadonlyMap<string, number>,
  { frameCount, segmentFrames }: { frameCount: number | null; segmentFrames: number },
): PassProgress[] {
  return passesOf(set).map((pass) => {
    const isEndKnown = pass.to !== null || frameCount !== null;
    const total = isEndKnown ? [...segmentsOf(pass, frameCount, segmentFrames)].length : null;
    // A pass that a later prompt has shortened has more than it needs.
    const done = Math.min(stored.get(pass.key) ?? 0, total ?? Infinity);
    return { pass, done, total };
  });
}
