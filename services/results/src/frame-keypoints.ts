import type { SaidKeypoints, TrackedKeypoints, TrackedPoint } from '@propago/contracts';
import type { FeatureSet, KeypointPrompt, Run, RunObject, Video } from '@propago/database';
import { channelsOf, channelsOfObject, keypointsFromGrid } from '@propago/labels';
import type { Pass, Source } from '@propago/passes';
import { PassLabels } from './pass-labels';
import { sizeOf } from './video-size';

export type KeypointRun = Run & {
  featureSet: FeatureSet & { video: Video };
  objects: RunObject[];
  keypointPrompts: KeypointPrompt[];
};

/** Points of which less than this share of a Gaussian is left are lost; docs/adr/0013-key-points.md has the table. */
const LOST_BELOW = 0.1;

/** Key points of the frames of one run. As with masks, soft labels of two passes are blended by the distance in frames. */
export class FrameKeypoints {
  constructor(private readonly run: KeypointRun) {}

  /** @returns by id of the object; an object that nothing brings to this frame does not exist here yet */
  of(frame: number, sources: readonly Source[], labels: PassLabels): TrackedKeypoints[] {
    const tracked = sources.flatMap((source) =>
      source.objects.map((id) => ({
        id,
        points: source.isPrompted ? this.said(frame, id) : this.found(frame, { id, source, labels }),
      })),
    );
    return tracked.sort((a, b) => a.id - b.id);
  }

  /** What a prompt says comes back as it was said. */
  private said(frame: number, id: number): TrackedPoint[] {
    const prompt = this.run.keypointPrompts.find((each) => each.frame === frame)!;
    const { points } = (prompt.said as unknown as SaidKeypoints[]).find((object) => object.id === id)!;
    return points.map(({ name, x, y, visibility }) => ({ name, x, y, confidence: 1, state: visibility }));
  }

  private found(
    frame: number,
    { id, source, labels }: { id: number; source: Source; labels: PassLabels },
  ): TrackedPoint[] {
    const { forward, backward, backwardShare: share } = source;
    const names = this.run.objects.find((object) => object.id === id)!.points;
    const of = (pass: Pass | null) => pass && this.inPass(frame, { id, pass, labels, points: names.length });
    const [before, after] = [of(forward), of(backward)];
    const both =
      before && after ? before.map((value, i) => (1 - share) * value + share * after[i]!) : (before ?? after)!;
    const { width, height } = sizeOf(this.run.featureSet.video);
    const { rows, cols } = labels.grid;
    return keypointsFromGrid(both, names.length, labels.grid).map((place, i) => {
      const name = names[i]!;
      if (!place) return { name, x: null, y: null, confidence: 0, state: 'lost' };
      const { col, row, confidence } = place;
      const state = confidence < LOST_BELOW ? 'lost' : 'visible';
      return { name, x: (col * width) / cols, y: (row * height) / rows, confidence, state };
    });
  }

  /** patches x points of one object in one pass. */
  private inPass(
    frame: number,
    { id, pass, labels, points }: { id: number; pass: Pass; labels: PassLabels; points: number },
  ): Float32Array {
    const { count, first } = channelsOf(pass.objects, this.run.objects);
    return channelsOfObject(labels.on(frame, pass), count, { first: first.get(id)!, points });
  }
}

/** Mean confidence of the points that have a place; null where none has. */
export function confidenceOf(keypoints: readonly TrackedKeypoints[]): number | null {
  const placed = keypoints.flatMap(({ points }) => points).filter(({ x }) => x !== null);
  return placed.length === 0 ? null : placed.reduce((sum, { confidence }) => sum + confidence, 0) / placed.length;
}
