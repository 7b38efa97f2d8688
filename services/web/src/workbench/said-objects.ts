import type { PromptList } from '../api/client';
import type { TrackedObject } from '../labels/keypoints';
import { encodeRle } from '../labels/rle';

type SaidBefore = PromptList['items'][number]['objects'];
type Visibility = 'visible' | 'hidden' | 'absent';

interface SaidPoint {
  name: string;
  x?: number;
  y?: number;
  visibility: Visibility;
}

export type SaidObject =
  | { id: number; rle: { size: number[]; counts: string } }
  | { id: number; points: SaidPoint[] }
  | { id: number; absent: true };

interface Spoken {
  /** height x width object ids. */
  ids: Uint8Array;
  width: number;
  height: number;
  /** Objects that are spoken of now. */
  objects: readonly number[];
  /** Where the key points of the frame are; a lost one counts as not there. */
  keypoints: readonly TrackedObject[];
  /** What the prompt of the frame said until now. */
  before: SaidBefore;
}

/** What a prompt has to say: where the objects are that are spoken of, and again what was said of others before. */
export function saidObjects({ ids, width, height, objects, keypoints, before }: Spoken): SaidObject[] {
  const present = new Set(ids);
  const tracked = new Map(keypoints.map((one) => [one.id, one.points]));
  const saidOf = new Map(before.map((one) => [one.id, one]));
  return [...new Set([...saidOf.keys(), ...objects])].map((id) => {
    const seen = objects.includes(id) ? tracked.get(id) : undefined;
    const points = seen
      ? saidPoints(seen)
      : saidOf.get(id)?.points?.map(({ visibility, ...point }) => saidPoint(point, visibility));
    if (points) return { id, points };
    if (!present.has(id)) return { id, absent: true };
    return { id, rle: { size: [height, width], counts: encodeRle(ids, width, height, id) } };
  });
}

/** Key points of a frame as a prompt says them; a lost one counts as not there. */
export function saidPoints(points: TrackedObject['points']): SaidPoint[] {
  return points.map(({ state, ...point }) => saidPoint(point, state === 'lost' ? 'absent' : state));
}

/** A point that is not there has no place. */
export function saidPoint(
  { name, x, y }: { name: string; x: number | null; y: number | null },
  visibility: Visibility,
): SaidPoint {
  return x === null || y === null || visibility === 'absent' ? { name, visibility } : { name, x, y, visibility };
}
