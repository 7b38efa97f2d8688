import type { SaidKeypoints, TrackedKeypoints, TrackedPoint } from '@propago/contracts';
import type { FeatureSet, KeypointPrompt, Run, RunObject, Video } from '@propago/database';
import { channelsOf, channelsOfObject, keypointsFromGrid, type FoundPoint } from '@propago/labels';
import type { Pass, Source } from '@propago/passes';
import { PassLabels } from './pass-labels';
import { sizeOf } from './video-size';

export type KeypointRun = Run & {
  featureSet: FeatureSet & { video: Video };
  objects: RunObject[];
  keypointPrompts: KeypointPrompt[];
};

/**
 * Points of which less than this share of a Gaussian is left are lost. Of the points of `npm run bench:keypoints` that are
 * below it most are missed, and few above it: docs/adr/0011-key-points.md has the table.
 */
const LOST_BELOW = 0.15;

/** Key points of the frames of one run. */
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
    const { forward, backward, backwardShare } = source;
    const names = this.run.objects.find((object) => object.id === id)!.points;
    const from = (pass: Pass | null) => (pass ? this.inPass(frame, { id, pass, labels, points: names.length }) : []);
    const [before, after] = [from(forward), from(backward)];
    const { width, height } = sizeOf(this.run.featureSet.video);
    const { rows, cols } = labels.grid;
    return names.map((name, i) => {
      const place = blended(before[i] ?? null, after[i] ?? null, backwardShare);
      if (!place) return { name, x: null, y: null, confidence: 0, state: 'lost' };
      const { col, row, confidence } = place;
      const state = confidence < LOST_BELOW ? 'lost' : 'visible';
      return { name, x: (col * width) / cols, y: (row * height) / rows, confidence, state };
    });
  }

  private inPass(
    frame: number,
    { id, pass, labels, points }: { id: number; pass: Pass; labels: PassLabels; points: number },
  ): (FoundPoint | null)[] {
    const { count, first } = channelsOf(pass.objects, this.run.objects);
    const own = channelsOfObject(labels.on(frame, pass), count, { first: first.get(id)!, points });
    return keypointsFromGrid(own, points, labels.grid);
  }
}

/**
 * The place between those of two passes. A pass counts by its share and by how sure it is, so that one that has lost the
 * point does not pull the other away from it.
 */
function blended(before: FoundPoint | null, after: FoundPoint | null, share: number): FoundPoint | null {
  const [a, b] = [(1 - share) * (before?.confidence ?? 0), share * (after?.confidence ?? 0)];
  const confidence = a + b;
  if (confidence === 0) return null;
  const between = (along: 'col' | 'row') => (a * (before?.[along] ?? 0) + b * (after?.[along] ?? 0)) / confidence;
  return { col: between('col'), row: between('row'), confidence };
}

/** Mean confidence of the points that have a place; null where none has. */
export function confidenceOf(keypoints: readonly TrackedKeypoints[]): number | null {
  const placed = keypoints.flatMap(({ points }) => points).filter(({ x }) => x !== null);
  return placed.length === 0 ? null : placed.reduce((sum, { confidence }) => sum + confidence, 0) / placed.length;
}
