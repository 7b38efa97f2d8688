import { FrameSources } from './frame-sources';
import { passesOf, segmentsOf, type Pass } from './passes';
import type { PromptSet } from './prompts';

/** What Postgres knows of one run: what it should become, and what each stage has stored of it. Segments by number. */
export interface RunRows {
  prompts: PromptSet;
  /** Frames of a full segment. */
  segmentFrames: number;
  /** Frames of the video; null until it has been decoded to its end. */
  frameCount: number | null;
  /** Segments whose frames are known. */
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
  /** Whether the video must be decoded, or decoded further. */
  ingest: boolean;
  /** Segments to be encoded. */
  features: number[];
  /** The next segment of each pass whose features are there. */
  propagation: { pass: Pass; segment: number }[];
  /** Segments whose soft labels are all there, and whose masks are not of this recipe. */
  masks: { segment: number; recipe: string }[];
  /** Whether every mask is there. */
  isComplete: boolean;
  /**
   * The segment at which the foremost pass that could go on stands; null when none could. Decoding far beyond it would
   * only fill the disk.
   */
  foremost: number | null;
}

/** The work that follows from what is stored. Pure: whoever asks, and how often, gets the same answer. */
export function plan(rows: RunRows): Plan {
  const { frames, features, labels, segmentFrames, frameCount } = rows;
  const sources = new FrameSources(rows.prompts);
  const missing = missingMasks(rows, sources);
  const standings = passesOf(rows.prompts).map((pass) => standingOf(pass, rows, missing));
  const moving = standings.filter(
    ({ pass }) => pass.direction === 'forward' && features.has(Math.floor(pass.from / segmentFrames)),
  );
  return {
    ingest: frameCount === null,
    features: [...frames].filter((segment) => !features.has(segment)),
    propagation: standings.flatMap(({ pass, next }) =>
      next !== null && features.has(next) ? [{ pass, segment: next }] : [],
    ),
    masks: [...missing.values()].filter(
      ({ segment, passes }) => frames.has(segment) && [...passes].every((key) => labels.get(key)?.has(segment)),
    ),
    isComplete: frameCount !== null && missing.size === 0,
    foremost: moving.length > 0 ? Math.max(...moving.map(({ next }) => next ?? Infinity)) : null,
  };
}

interface MissingMasks {
  segment: number;
  recipe: string;
  /** Keys of the passes that they are made from. */
  passes: Set<string>;
}

/** Segments, of the video as far as it is known, whose masks are not there or are of another recipe. */
function missingMasks({ frameCount, frames, masks, segmentFrames }: RunRows, sources: FrameSources) {
  const known = frameCount === null ? Math.max(-1, ...frames) + 1 : Math.ceil(frameCount / segmentFrames);
  const missing = new Map<number, MissingMasks>();
  for (let segment = 0; segment < known; segment++) {
    const first = segment * segmentFrames;
    const recipe = sources.recipe(first, segmentFrames);
    if (masks.get(segment) === recipe) continue;
    missing.set(segment, { segment, recipe, passes: sources.passes(first, segmentFrames) });
  }
  return missing;
}

interface Standing {
  pass: Pass;
  /** The first of its segments without labels; null when no mask is missing that it, or a step that follows, is for. */
  next: number | null;
}

function standingOf(pass: Pass, rows: RunRows, missing: ReadonlyMap<number, MissingMasks>): Standing {
  const { labels, frameCount, frames, segmentFrames } = rows;
  const stored = labels.get(pass.key);
  let next: number | null = null;
  for (const segment of segmentsOf(pass, frameCount, segmentFrames)) {
    if (next === null && !stored?.has(segment)) next = segment;
    if (next === null) continue;
    const isUnknown = frameCount === null && !frames.has(segment);
    if (isUnknown || missing.get(segment)?.passes.has(pass.key)) return { pass, next };
  }
  return { pass, next: null };
}
