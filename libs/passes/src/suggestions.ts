import type { PromptSet } from './prompts';
import { endOf, firstFrameOf, spansOf, type Span } from './spans';

/** What the masks of one frame say about one object. */
export interface ObjectState {
  id: number;
  /** Pixels; 0 where it was not found. */
  area: number;
  /** How much of the Jaccard index is expected to be missing, 0..1. */
  drift: number;
}

/** The objects of a frame that has masks. */
export interface FrameState {
  frame: number;
  objects: readonly ObjectState[];
}

/** A frame whose correction would help. */
export interface Suggestion {
  frame: number;
  /** Ids of the objects that gain by it, the one that gains most first. */
  objects: number[];
  /** Expected rise of the mean Jaccard index over all frames and objects that have masks, 0..1. */
  expectedGain: number;
  /** What seems to be wrong on the frame, in words. */
  reason: string;
}

/** A suggestion lies at least so many frames away from prompts and from other suggestions. */
const LEAST_DISTANCE = 3;
/** Gains below this are not worth the time of a person. */
const LEAST_GAIN = 1e-4;
/** Drift above this is never taken for the floor of a stretch. */
const HIGHEST_FLOOR = 0.5;
/** An object is named where it has at least this share of what the best one gains. */
const NAMED_SHARE = 0.25;

/** One object between two of its prompts. */
interface Stretch {
  id: number;
  /** The prompted frames at its ends; infinite where there is none. */
  before: number;
  after: number;
  /** The frames that have masks, ascending, without the prompted ones, and how far the drift of each is above the floor. */
  frames: number[];
  drift: number[];
  sums: Sums;
  /** What a correction of each frame gains. */
  gains: Float64Array;
}

/** Sums over the first i frames of a stretch: of drift, of drift per frame of distance, and of that times the frame. */
interface Sums {
  drift: Float64Array;
  slope: Float64Array;
  slopeTimesFrame: Float64Array;
}

/**
 * The frames whose correction would help most, the best first.
 *
 * The least drift between two prompts is its floor there, which no correction lowers: thin parts that the patch grid cannot
 * hold, for instance. What lies above it is taken to grow in proportion to the distance from the nearest prompt, so that a
 * correction lowers it as far as it brings a frame nearer to a prompt. What a correction gains is the sum of that over the
 * frames up to the neighbouring prompts: a frame in the middle of a bad stretch is better than the worst frame at its end.
 * After each choice the others are judged as if it had been made, which spreads them over the video.
 *
 * @param frames those that have masks of these prompts, ascending; a run at work has some of them
 */
export function suggest(set: PromptSet, frames: readonly FrameState[], count: number): Suggestion[] {
  const now = spansOf(set).flatMap((span) => stretchesOf(span, frames));
  let stretches = now;
  const values = frames.reduce((sum, { objects }) => sum + objects.length, 0);
  const taken = set.prompts.map(({ frame }) => frame);
  const chosen: Suggestion[] = [];
  while (chosen.length < count) {
    const best = bestOf(stretches, (frame) => taken.every((other) => Math.abs(other - frame) >= LEAST_DISTANCE));
    if (!best || best.gain / values < LEAST_GAIN) break;
    const state = frames.find(({ frame }) => frame === best.frame)!;
    chosen.push(describe(best, { now, stretches, state, values }));
    taken.push(best.frame);
    stretches = stretches.flatMap((stretch) => corrected(stretch, best.frame));
  }
  return chosen;
}

function stretchesOf(span: Span, frames: readonly FrameState[]): Stretch[] {
  const within = frames.filter(({ frame }) => frame >= firstFrameOf(span) && frame < endOf(span));
  const before = span.before?.frame ?? -Infinity;
  return span.objects.map((id) => {
    const known = within
      .filter(({ frame }) => frame !== before)
      .flatMap(({ frame, objects }) =>
        objects.filter((object) => object.id === id).map(({ drift }) => ({ frame, drift })),
      );
    const floor = known.reduce((least, { drift }) => Math.min(least, drift), HIGHEST_FLOOR);
    return stretchOf(
      { id, before, after: endOf(span) },
      known.map(({ frame }) => frame),
      known.map(({ drift }) => drift - floor),
    );
  });
}

function stretchOf(ends: Pick<Stretch, 'id' | 'before' | 'after'>, frames: number[], drift: number[]): Stretch {
  const sums: Sums = {
    drift: new Float64Array(frames.length + 1),
    slope: new Float64Array(frames.length + 1),
    slopeTimesFrame: new Float64Array(frames.length + 1),
  };
  frames.forEach((frame, i) => {
    const slope = drift[i]! / distanceTo(ends, frame);
    sums.drift[i + 1] = sums.drift[i]! + drift[i]!;
    sums.slope[i + 1] = sums.slope[i]! + slope;
    sums.slopeTimesFrame[i + 1] = sums.slopeTimesFrame[i]! + slope * frame;
  });
  const summed = { ...ends, frames, sums };
  // Once for each stretch: most of them stay as they are from one choice to the next.
  return { ...summed, drift, gains: Float64Array.from(frames, (frame) => gainOf(summed, frame)) };
}

/** Frames to the nearer of two prompts. */
const distanceTo = ({ before, after }: Pick<Stretch, 'before' | 'after'>, frame: number): number =>
  Math.min(frame - before, after - frame);

/** How many of the ascending `frames` are below a place. */
function countBelow(frames: readonly number[], place: number): number {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The drift that goes when a frame of the stretch is corrected: of every frame nearer to it than to a prompt,
 * drift x (1 - its distance to the correction / its distance to a prompt).
 */
function gainOf(
  { before, after, frames, sums }: Pick<Stretch, 'before' | 'after' | 'frames' | 'sums'>,
  at: number,
): number {
  const first = countBelow(frames, (before + at) / 2);
  const middle = countBelow(frames, at);
  const end = countBelow(frames, (at + after) / 2);
  const sum = (of: Float64Array, low: number, high: number) => of[high]! - of[low]!;
  // The distance is at - frame before it, and frame - at after it.
  const left = at * sum(sums.slope, first, middle) - sum(sums.slopeTimesFrame, first, middle);
  const right = sum(sums.slopeTimesFrame, middle, end) - at * sum(sums.slope, middle, end);
  return sum(sums.drift, first, end) - left - right;
}

interface Candidate {
  frame: number;
  gain: number;
}

/** The frame with the largest gain over all objects, the first among equals. */
function bestOf(stretches: readonly Stretch[], isAllowed: (frame: number) => boolean): Candidate | undefined {
  const gains = new Map<number, number>();
  for (const stretch of stretches) {
    stretch.frames.forEach((frame, i) => gains.set(frame, (gains.get(frame) ?? 0) + stretch.gains[i]!));
  }
  let best: Candidate | undefined;
  for (const [frame, gain] of gains) {
    if (!isAllowed(frame)) continue;
    if (!best || gain > best.gain || (gain === best.gain && frame < best.frame)) best = { frame, gain };
  }
  return best;
}

/** A stretch as it is expected to be when one of its frames has been corrected: two. */
function corrected(stretch: Stretch, at: number): Stretch[] {
  const { id, before, after, frames, drift } = stretch;
  if (at <= before || at >= after) return [stretch];
  const half = (ends: Pick<Stretch, 'before' | 'after'>) => {
    const inside = [...frames.keys()].filter((i) => frames[i]! > ends.before && frames[i]! < ends.after);
    const rest = (i: number) => (drift[i]! * distanceTo(ends, frames[i]!)) / distanceTo(stretch, frames[i]!);
    return stretchOf(
      { id, ...ends },
      inside.map((i) => frames[i]!),
      inside.map(rest),
    );
  };
  return [half({ before, after: at }), half({ before: at, after })];
}

function describe(
  { frame, gain }: Candidate,
  of: { now: readonly Stretch[]; stretches: readonly Stretch[]; state: FrameState; values: number },
): Suggestion {
  const { now, stretches, state, values } = of;
  const gaining = stretches
    .filter(({ frames }) => frames.includes(frame))
    .map((stretch) => ({ stretch, gain: gainOf(stretch, frame) }))
    .sort((a, b) => b.gain - a.gain || a.stretch.id - b.stretch.id);
  const most = gaining[0]!;
  const named = gaining.filter((each) => each.gain >= NAMED_SHARE * most.gain);
  const { id } = most.stretch;
  // In words that hold as long as nothing has been corrected.
  const known = now.find((stretch) => stretch.id === id && stretch.frames.includes(frame))!;
  return {
    frame,
    objects: named.map(({ stretch }) => stretch.id),
    expectedGain: gain / values,
    reason: reasonOf(
      known,
      state.objects.find((object) => object.id === id)!,
    ),
  };
}

function reasonOf({ id, before, after }: Stretch, { area, drift }: ObjectState): string {
  const where =
    after === Infinity
      ? `after the prompt on frame ${before}`
      : before === -Infinity
        ? `before the prompt on frame ${after}`
        : `between the prompts on frames ${before} and ${after}`;
  if (area === 0) return `Object ${id} was not found, ${where}.`;
  return `The labels of object ${id} fit its mask to ${Math.round(100 * (1 - drift))} %, ${where}.`;
}
