import { CodedError, type SaidKeypoints, type SaidPoint, type TrackedKeypoints } from '@propago/contracts';
import type { Prisma } from '@propago/database';
import type { SaidPoints } from './by-kind';
import type { LockedRun } from './lock-run';
import type { KnownPoints, PointNames } from './said-keypoints';

/**
 * What stands for the points that a prompt leaves out: those of the prompt that it replaces, or else where they were
 * followed to. A point that was lost, or of an object that is not there yet, is unknown.
 *
 * @throws CodedError KEYPOINTS_INCOMPLETE where the run has not followed an object to this frame yet
 */
export async function knownPoints(
  transaction: Prisma.TransactionClient,
  run: LockedRun,
  { frame, said, names }: { frame: number; said: readonly SaidPoints[]; names: PointNames },
): Promise<KnownPoints> {
  const before = run.keypointPrompts.find((prompt) => prompt.frame === frame);
  const saidBefore = new Map(
    ((before?.said ?? []) as unknown as SaidKeypoints[]).map(({ id, points }) => [id, points]),
  );
  const isTracked = (id: number) => run.keypointPrompts.some(({ objects }) => objects.includes(id));
  const followed = said.filter((one) => leftOut(one, names).length > 0 && !saidBefore.has(one.id) && isTracked(one.id));
  if (followed.length === 0) return saidBefore;
  const tracked = await trackedOn(transaction, run, frame);
  if (!tracked) {
    const [{ id }, missing] = [followed[0]!, leftOut(followed[0]!, names)];
    throw new CodedError(
      'KEYPOINTS_INCOMPLETE',
      `Nothing is said about ${missing.join(', ')}, and the run has not followed object ${id} to frame ${frame} yet: ` +
        'name every point, or wait until it has.',
    );
  }
  return new Map([...tracked.map(({ id, points }) => [id, points.map(asSaid)] as const), ...saidBefore]);
}

function leftOut({ id, points, absent }: SaidPoints, names: PointNames): string[] {
  if (absent) return [];
  return (names.get(id) ?? []).filter((name) => !points?.some((point) => point.name === name));
}

/** Undefined where the frame has no results, or some that are outdated. */
async function trackedOn(
  transaction: Prisma.TransactionClient,
  { id: runId, featureSetId }: LockedRun,
  frame: number,
): Promise<TrackedKeypoints[] | undefined> {
  const { frameSet } = await transaction.featureSet.findUniqueOrThrow({
    where: { id: featureSetId },
    select: { frameSet: true },
  });
  const index = Math.floor(frame / frameSet.segmentFrames);
  const segment = await transaction.resultSegment.findUnique({ where: { runId_index: { runId, index } } });
  if (!segment || segment.recipe === null) return undefined;
  const result = await transaction.frameResult.findUnique({ where: { runId_frame: { runId, frame } } });
  return result?.keypoints as unknown as TrackedKeypoints[] | undefined;
}

function asSaid({ name, x, y, state }: TrackedKeypoints['points'][number]): SaidPoint {
  return state === 'lost' ? { name, x: null, y: null, visibility: 'absent' } : { name, x, y, visibility: state };
}
