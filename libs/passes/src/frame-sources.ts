import { createHash } from 'node:crypto';
import { isTracedBack, passKey, promptAfter, promptBefore } from './passes';
import type { PromptSet } from './prompts';

/** Objects of one frame whose labels come from the same passes. */
export interface SourceGroup {
  /** Ascending ids. */
  objects: number[];
  /** The forward pass from the prompt on the frame, or from the one before it. */
  forward: string | null;
  /** The backward pass from the prompt after the frame. */
  backward: string | null;
  /** Share of the backward pass in the blend, 0..1; 0 where there is none, 1 where there is no forward pass. */
  backwardShare: number;
  /** Whether the frame holds a prompt of these objects: what it says comes back to the pixel. */
  isPrompted: boolean;
}

type Source = Omit<SourceGroup, 'objects'>;

/**
 * Where the labels of every object come from, frame by frame. Between two prompts the passes from both are blended, with
 * shares that change linearly with the distance in frames. An object that no pass brings to a frame is not there.
 */
export class FrameSources {
  /** Signatures of the frames between two prompted frames, and of each prompted frame, see `place`. */
  private readonly signatures = new Map<string, string>();

  constructor(private readonly set: PromptSet) {}

  /** The sources of one frame, by the smallest id of each group. */
  on(frame: number): SourceGroup[] {
    const groups = new Map<string, SourceGroup>();
    for (const { id } of this.set.objects) {
      const source = this.sourceOf(id, frame);
      if (!source) continue;
      const key = `${source.forward} ${source.backward}`;
      const group = groups.get(key);
      if (group) group.objects.push(id);
      else groups.set(key, { objects: [id], ...source });
    }
    return [...groups.values()];
  }

  /**
   * Names what the masks of consecutive frames are made from: under two sets of prompts with the same recipe for them, the
   * frames have the same masks. A correction changes the recipes of frames that it can change, and no others.
   *
   * @param frameCount of a full segment, also for the last one: whether the video ends in it may not be known yet
   */
  recipe(firstFrame: number, frameCount: number): string {
    const hash = createHash('sha256');
    for (const frame of this.changesWithin(firstFrame, frameCount)) hash.update(`${frame} ${this.signature(frame)}\n`);
    return hash.digest('hex').slice(0, 40);
  }

  /** The keys of all passes that these frames are made from. */
  passes(firstFrame: number, frameCount: number): Set<string> {
    const groups = this.changesWithin(firstFrame, frameCount).flatMap((frame) => this.on(frame));
    return new Set(groups.flatMap(({ forward, backward }) => [forward, backward]).filter((key) => key !== null));
  }

  private sourceOf(object: number, frame: number): Source | null {
    const on = this.set.prompts.find((prompt) => prompt.frame === frame && prompt.objects.includes(object));
    if (on) return { forward: passKey(on, 'forward'), backward: null, backwardShare: 0, isPrompted: true };
    const before = promptBefore(object, frame, this.set);
    const after = promptAfter(object, frame, this.set);
    if (!before && !(after && isTracedBack(object, this.set))) return null;
    return {
      forward: before ? passKey(before, 'forward') : null,
      backward: after ? passKey(after, 'backward') : null,
      backwardShare: shareOf(frame, before?.frame, after?.frame),
      isPrompted: false,
    };
  }

  /** The first of the frames, and those at which other passes take over: a prompted frame, and the one after it. */
  private changesWithin(firstFrame: number, frameCount: number): number[] {
    const changes = this.set.prompts.flatMap(({ frame }) => [frame, frame + 1]);
    const within = changes.filter((frame) => frame > firstFrame && frame < firstFrame + frameCount);
    return [firstFrame, ...new Set(within)];
  }

  private signature(frame: number): string {
    const place = this.place(frame);
    const known = this.signatures.get(place);
    if (known !== undefined) return known;
    const sources = this.on(frame).map(({ objects, forward, backward }) => [objects, forward, backward]);
    const signature = JSON.stringify(sources);
    this.signatures.set(place, signature);
    return signature;
  }

  /** The same for all frames that have the same passes: how many prompts lie before, and whether one lies on the frame. */
  private place(frame: number): string {
    const before = this.set.prompts.filter((prompt) => prompt.frame < frame).length;
    const isPrompted = this.set.prompts[before]?.frame === frame;
    return `${before}${isPrompted ? ' prompted' : ''}`;
  }
}

function shareOf(frame: number, before: number | undefined, after: number | undefined): number {
  if (after === undefined) return 0;
  if (before === undefined) return 1;
  return (frame - before) / (after - before);
}
