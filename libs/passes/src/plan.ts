import { FrameSources } from './frame-sources';
import { passesOf, segmentsOf, type Pass } from './passes';
import type { PromptSet } from './prompts';

/** What Postgres knows of one run: what it should become, and what each stage has stored of it. Segments by number. */
export interface RunRows {
  prompts: PromptSet;
  /** Frames of a full segment. */
  segmentFrames: number;
  /** How many frames before a step, in the order of its pass, are its context, besides the prompted one. */
  contextFrames: number;
  /** Frames of the video; null until it has been decoded to its end, at whatever size. */
  frameCount: number | null;
  /** Segments whose frames have been decoded at the size of this run. */
  frames: ReadonlySet<number>;
  /** Segments whose features are stored. */
  features: ReadonlySet<number>;
  /** Segments whose soft labels are stored, by the key of the pass. */
  labels: ReadonlyMap<string, ReadonlySet<number>>;
  /** The recipe of the stored masks, by segment. */
  masks: ReadonlyMap<number, string>;
}

/** The work that a run can do next, and how far it is. Everything that must know the order of the pipeline reads this. */
export interface Plan {
  /** Whether the video must be decoded, or decoded further: to its end, or for segments that are to be encoded. */
  ingest: boolean;
  /**
   * Segments to be encoded: all while the video is being decoded; later those that a pass with missing masks walks
   * through, or looks back to.
   */
  features: number[];
  /** The next segment of each pass whose features are there, those first that the masks around a prompt wait for. */
  propagation: { pass: Pass; segment: number }[];
  /** Segments whose soft labels are all there, and whose masks are not of this recipe. */
  masks: { segment: number; recipe: string }[];
  /** Segments whose masks are there, and are of another recipe than the prompts ask for. */
  outdated: number[];
  /** Whether every mask is there. */
  isComplete: boolean;
  /** A prompted frame that the video turned out not to have, so that the run cannot be completed; null: there is none. */
  beyond: number | null;
  /** How far the work behind decoding is: decoding many segments beyond this one would only fill the disk. */
  foremost: number;
}

/** The work that follows from what is stored. Pure: whoever asks, and how often, gets the same answer. */
export function plan(rows: RunRows): Plan {
  const { frames, features, labels, frameCount } = rows;
  const sources = new FrameSources(rows.prompts);
  const missing = missingMasks(rows, sources);
  const standings = passesOf(rows.prompts).map((pass) => standingOf(pass, rows, missing));
  const walked = new Set(standings.flatMap((standing) => segmentsToWalk(standing, rows)));
  const wantsFeatures = (segment: number) => frameCount === null || walked.has(segment);
  return {
    ingest: frameCount === null || [...walked].some((segment) => !features.has(segment) && !frames.has(segment)),
    features: [...frames].filter((segment) => wantsFeatures(segment) && !features.has(segment)).sort((a, b) => a - b),
    propagation: firstAroundPrompts(readyOf(standings, rows), rows),
    masks: [...missing.values()]
      .filter(({ segment, passes }) => frames.has(segment) && passes.every(({ key }) => labels.get(key)?.has(segment)))
      .map(({ segment, recipe }) => ({ segment, recipe })),
    outdated: [...missing.keys()].filter((segment) => rows.masks.has(segment)),
    isComplete: frameCount !== null && missing.size === 0,
    beyond: rows.prompts.prompts.find(({ frame }) => frame >= (frameCount ?? Infinity))?.frame ?? null,
    foremost: foremostOf(standings, rows),
  };
}

interface MissingMasks {
  segment: number;
  recipe: string;
  /** What they are made from. */
  passes: Pass[];
}

/** Segments, of the video as far as it is known, whose masks are not there or are of another recipe. */
function missingMasks({ frameCount, frames, masks, segmentFrames }: RunRows, sources: FrameSources) {
  const known = frameCount === null ? Math.max(-1, ...frames) + 1 : Math.ceil(frameCount / segmentFrames);
  const missing = new Map<number, MissingMasks>();
  for (let segment = 0; segment < known; segment++) {
    const first = segment * segmentFrames;
    const recipe = sources.recipe(first, first + segmentFrames);
    if (masks.get(segment) === recipe) continue;
    missing.set(segment, { segment, recipe, passes: sources.within(first, first + segmentFrames) });
  }
  return missing;
}

interface Standing {
  pass: Pass;
  /** The first of its segments without labels; null when no mask is missing that it, or a step that follows, is for. */
  next: number | null;
  /** The last of its segments, in its direction and as far as the video is known, that a missing mask is for. */
  last: number | null;
}

function standingOf(pass: Pass, rows: RunRows, missing: ReadonlyMap<number, MissingMasks>): Standing {
  const { labels, frameCount, frames, segmentFrames } = rows;
  const stored = labels.get(pass.key);
  let next: number | null = null;
  let last: number | null = null;
  for (const segment of segmentsOf(pass, frameCount, segmentFrames)) {
    if (next === null && !stored?.has(segment)) next = segment;
    if (next === null) continue;
    const isKnown = frameCount !== null || frames.has(segment);
    if (!isKnown || missing.get(segment)?.passes.some(({ key }) => key === pass.key)) last = segment;
    // An open pass goes on into what has not been decoded yet.
    if (!isKnown) break;
  }
  return { pass, next: last === null ? null : next, last };
}

/** A segment that a pass can walk through now. */
type ReadySegment = Plan['propagation'][number];

function readyOf(standings: readonly Standing[], rows: RunRows): ReadySegment[] {
  return standings.flatMap(({ pass, next }) => {
    const isReady =
      next !== null && segmentsToWalk({ pass, next, last: next }, rows).every((at) => rows.features.has(at));
    return isReady ? [{ pass, segment: next }] : [];
  });
}

/**
 * The masks of the segment that holds a prompt are the first that a person sees of a correction, and they need all passes
 * from that prompt: none goes on to its second segment while another one has still to walk through the first.
 */
function firstAroundPrompts(ready: readonly ReadySegment[], { segmentFrames }: RunRows): ReadySegment[] {
  const firstOf = ({ from }: Pass) => Math.floor(from / segmentFrames);
  const unfinished = new Set(
    ready.filter(({ pass, segment }) => segment === firstOf(pass)).map(({ pass }) => pass.from),
  );
  return ready.filter(({ pass, segment }) => Math.abs(segment - firstOf(pass)) !== 1 || !unfinished.has(pass.from));
}

/** Where the foremost forward pass stands; before the first one can begin, the first segment without features. */
function foremostOf(standings: readonly Standing[], { frames, features, segmentFrames }: RunRows): number {
  const begun = standings.filter(
    ({ pass }) => pass.direction === 'forward' && frames.has(Math.floor(pass.from / segmentFrames)),
  );
  if (begun.length > 0) return Math.max(...begun.map(({ next }) => next ?? Infinity));
  let encoded = 0;
  while (features.has(encoded)) encoded++;
  return encoded;
}

/** Segments whose features a pass needs from where it stands on: that of its prompt, those of its context, and its own. */
function segmentsToWalk({ pass, next, last }: Standing, { segmentFrames, contextFrames }: RunRows): number[] {
  if (next === null || last === null) return [];
  const segment = (frame: number) => Math.floor(frame / segmentFrames);
  const [low, high] =
    pass.direction === 'forward'
      ? [Math.max(segment(pass.from), segment(next * segmentFrames - contextFrames)), last]
      : [last, Math.min(segment(pass.from), segment((next + 1) * segmentFrames - 1 + contextFrames))];
  const walked = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return [segment(pass.from), ...walked];
}
