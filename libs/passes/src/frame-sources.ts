import { createHash } from 'node:crypto';
import { passesOf, type Pass } from './passes';
import type { Direction, ObjectKind, Prompt, PromptSet } from './prompts';
import { endOf, firstFrameOf, spansOf, type Span } from './spans';

/** Where the labels of some objects on one frame come from. */
export interface Source {
  kind: ObjectKind;
  /** Ids, ascending. */
  objects: readonly number[];
  /** The forward pass from the prompt on the frame, or from the one before it. */
  forward: Pass | null;
  /** The backward pass from the prompt after the frame; null where the frame holds a prompt. */
  backward: Pass | null;
  /** Share of the backward pass in the blend, 0..1; 0 where there is none, 1 where there is no forward pass. */
  backwardShare: number;
  /** Whether the frame holds a prompt of these objects: what it says comes back to the pixel. */
  isPrompted: boolean;
}

/** How two passes become one mask: those of a version that did it in another way are made anew by the next correction. */
const BLEND = 'geometric mean';

/**
 * Where the labels of every object come from, frame by frame. Between two prompts the passes from both are blended, with
 * shares that change linearly with the distance in frames. An object without a span on a frame is not there.
 */
export class FrameSources {
  private readonly spans: Span[];
  /** Whether frames have masks although no object that has one is on them. */
  private readonly isMixed: boolean;
  /** By kind, direction and prompted frame: there is one prompt of a kind on a frame. */
  private readonly passes: ReadonlyMap<string, Pass>;

  private readonly names = new Map<string, string>();

  constructor(set: PromptSet) {
    this.spans = spansOf(set);
    this.isMixed = new Set(set.objects.map(({ kind }) => kind)).size > 1;
    this.passes = new Map(passesOf(set).map((pass) => [placeOf(pass), pass]));
  }

  /** The sources of one frame, each with objects of its own. */
  on(frame: number): Source[] {
    return this.spansWithin(frame, frame + 1).map((span) => {
      const { kind, objects, before, after } = span;
      const isPrompted = before?.frame === frame;
      return {
        kind,
        objects,
        forward: this.passOf(kind, before, 'forward'),
        backward: isPrompted ? null : this.passOf(kind, after, 'backward'),
        backwardShare: isPrompted ? 0 : shareOf(frame, span),
        isPrompted,
      };
    });
  }

  /**
   * Names what the masks of consecutive frames are made from: under two sets of prompts with the same recipe for them, the
   * frames have the same masks. A correction changes the recipes of frames that it can change, and no others.
   *
   * @param end the frame after the last one; of a full segment, as whether the video ends in it may not be known yet
   */
  recipe(firstFrame: number, end: number): string {
    const spans = this.spansWithin(firstFrame, end);
    const parts = spans.map((span): unknown => {
      const keys = this.passesWithin(span, firstFrame, end).map(({ key }) => key);
      return [span.objects, ...keys, ...(span.kind === 'mask' && keys.length === 2 ? [BLEND] : [])];
    });
    if (this.isMixed && spans.every(({ kind }) => kind === 'keypoints')) parts.push('empty masks');
    return this.nameOf(JSON.stringify(parts));
  }

  /** All passes that some frames are made from, up to but not including `end`. */
  within(firstFrame: number, end: number): Pass[] {
    const passes = this.spansWithin(firstFrame, end).flatMap((span) => this.passesWithin(span, firstFrame, end));
    return [...new Set(passes)];
  }

  /** Between two prompts all segments are made from the same passes. */
  private nameOf(parts: string): string {
    let name = this.names.get(parts);
    if (name === undefined) {
      name = createHash('sha256').update(parts).digest('hex').slice(0, 40);
      this.names.set(parts, name);
    }
    return name;
  }

  private spansWithin(firstFrame: number, end: number): Span[] {
    return this.spans.filter((span) => firstFrameOf(span) < end && endOf(span) > firstFrame);
  }

  private passesWithin({ kind, before, after }: Span, firstFrame: number, end: number): Pass[] {
    const isBackwardUsed =
      after !== null && (before === null || Math.max(before.frame + 1, firstFrame) < Math.min(after.frame, end));
    const passes = [this.passOf(kind, before, 'forward'), isBackwardUsed ? this.passOf(kind, after, 'backward') : null];
    return passes.filter((pass) => pass !== null);
  }

  private passOf(kind: ObjectKind, prompt: Prompt | null, direction: Direction): Pass | null {
    return prompt && (this.passes.get(placeOf({ kind, direction, from: prompt.frame })) ?? null);
  }
}

function shareOf(frame: number, { before, after }: Span): number {
  if (after === null) return 0;
  return before === null ? 1 : (frame - before.frame) / (after.frame - before.frame);
}

function placeOf({ kind, direction, from }: Pick<Pass, 'kind' | 'direction' | 'from'>): string {
  return `${kind} ${direction} ${from}`;
}
