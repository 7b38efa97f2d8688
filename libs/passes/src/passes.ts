import { createHash } from 'node:crypto';
import type { Direction, Prompt, PromptSet } from './prompts';

/**
 * Propagation in one direction from one prompted frame. Its soft labels on a frame follow from that prompt and the
 * frames in between alone: not from where it ends, and not from any other prompt. So a correction leaves every pass of
 * another prompt as it is, and a run that was corrected has the passes of a run that was created with the same prompts.
 */
export interface Pass {
  /** Names the pass among all that its run may ever have. */
  key: string;
  direction: Direction;
  /** The prompted frame. The first step of the pass is this frame itself. */
  from: number;
  /** The objects of the prompt: a channel of the soft labels each, after that of the background. */
  objects: readonly number[];
  /** The last frame, in its direction, that any object needs; null: up to the end of the video. */
  to: number | null;
}

/** The way and the start of a pass, which together number its steps. */
export type Walk = Pick<Pass, 'direction' | 'from'>;

/** The name of a pass: everything that decides its soft labels within one run. */
export function passKey({ frame, digest }: Pick<Prompt, 'frame' | 'digest'>, direction: Direction): string {
  return createHash('sha256').update(`${direction} ${frame} ${digest}`).digest('hex').slice(0, 40);
}

/**
 * The passes that a set of prompts asks for. Each prompt has a forward pass up to the next prompt of each of its objects,
 * and a backward pass down to the one before; between two prompts of an object both reach every frame.
 *
 * @returns in order of their frame, forward before backward
 */
export function passesOf(set: PromptSet): Pass[] {
  return set.prompts.flatMap((prompt) => [forwardPass(prompt, set), ...backwardPass(prompt, set)]);
}

function forwardPass(prompt: Prompt, set: PromptSet): Pass {
  const lasts = prompt.objects.map((object) => promptAfter(object, prompt.frame, set));
  const isOpen = lasts.includes(undefined);
  const to = isOpen ? null : Math.max(prompt.frame, ...lasts.map((next) => next!.frame - 1));
  return passFrom(prompt, 'forward', to);
}

function backwardPass(prompt: Prompt, set: PromptSet): Pass[] {
  const to = Math.min(prompt.frame, ...prompt.objects.map((object) => firstFrameBack(object, prompt.frame, set)));
  return to < prompt.frame ? [passFrom(prompt, 'backward', to)] : [];
}

function passFrom(prompt: Prompt, direction: Direction, to: number | null): Pass {
  return { key: passKey(prompt, direction), direction, from: prompt.frame, objects: prompt.objects, to };
}

/** The first frame that an object needs from the backward pass of the prompt on `frame`; `frame` itself if it needs none. */
function firstFrameBack(object: number, frame: number, set: PromptSet): number {
  const previous = promptBefore(object, frame, set);
  if (previous) return previous.frame + 1;
  return isTracedBack(object, set) ? 0 : frame;
}

/** The nearest prompt of an object after a frame. */
export function promptAfter(object: number, frame: number, { prompts }: PromptSet): Prompt | undefined {
  return prompts.find((prompt) => prompt.frame > frame && prompt.objects.includes(object));
}

/** The nearest prompt of an object before a frame. */
export function promptBefore(object: number, frame: number, { prompts }: PromptSet): Prompt | undefined {
  return prompts.findLast((prompt) => prompt.frame < frame && prompt.objects.includes(object));
}

export function isTracedBack(object: number, { objects }: PromptSet): boolean {
  return objects.find(({ id }) => id === object)?.isTracedBack ?? false;
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
 * The segments that a pass walks through, in its order.
 *
 * @param frameCount of the video; null while it is not known: an open pass then ends nowhere
 */
export function* segmentsOf(pass: Pass, frameCount: number | null, segmentFrames: number): Generator<number> {
  const segment = (frame: number) => Math.floor(frame / segmentFrames);
  if (pass.direction === 'backward') {
    for (let at = segment(pass.from); at >= segment(pass.to ?? 0); at--) yield at;
    return;
  }
  const end = Math.min(pass.to ?? Infinity, frameCount === null ? Infinity : frameCount - 1);
  for (let at = segment(pass.from); at <= segment(end); at++) yield at;
}
