import { createHash } from 'node:crypto';
import type { SaidKeypoints, SaidPoint } from '@propago/contracts';
import type { KeypointPrompt, Prisma } from '@propago/database';
import { allAbsent, completePoints } from '@propago/keypoint-files';
import type { SaidPoints } from './by-kind';

/** A prompt of key points as its row has it. */
export type StoredPoints = Pick<KeypointPrompt, 'frame' | 'objects' | 'present' | 'digest'> & {
  said: Prisma.InputJsonArray;
};

/** The names of the points of each object, by its id. */
export type PointNames = ReadonlyMap<number, readonly string[]>;

/** What a run has of the points of its objects on one frame, by the id of the object. */
export type KnownPoints = ReadonlyMap<number, readonly SaidPoint[]>;

/**
 * What a prompt says about every point of its objects.
 *
 * @param video size of the frames, px
 * @param known what stands for points that are left out; those of an object that is not in it are absent
 * @throws CodedError KEYPOINT…
 */
export function saidKeypoints(
  frame: number,
  said: readonly SaidPoints[],
  { names, video, known }: { names: PointNames; video: { width: number; height: number }; known?: KnownPoints },
): StoredPoints {
  const objects = said.map(({ id, points }) => {
    const own = names.get(id) ?? [];
    return { id, points: completePoints(own, points ?? allAbsent(own), video, known?.get(id)) };
  });
  return storedPoints(frame, objects);
}

/** The same prompt as one that says nothing of an object; null where it then says nothing at all. */
export function withoutObject(
  { frame, said }: Pick<KeypointPrompt, 'frame' | 'said'>,
  id: number,
): StoredPoints | null {
  const others = (said as unknown as SaidKeypoints[]).filter((object) => object.id !== id);
  return others.length > 0 ? storedPoints(frame, others) : null;
}

function storedPoints(frame: number, unordered: readonly SaidKeypoints[]): StoredPoints {
  // Postgres gives the fields of a stored point in another order; the digest must not tell.
  const objects = [...unordered]
    .sort((a, b) => a.id - b.id)
    .map(({ id, points }) => ({
      id,
      points: points.map(({ name, x, y, visibility }) => ({ name, x, y, visibility })),
    }));
  const isPresent = ({ points }: SaidKeypoints) => points.some(({ visibility }) => visibility !== 'absent');
  return {
    frame,
    objects: objects.map(({ id }) => id),
    present: objects.filter(isPresent).map(({ id }) => id),
    // Never that of a mask on the same frame: their passes have names of their own.
    digest: createHash('sha256')
      .update(`keypoints ${JSON.stringify(objects)}`)
      .digest('hex'),
    said: objects as unknown as Prisma.InputJsonArray,
  };
}
