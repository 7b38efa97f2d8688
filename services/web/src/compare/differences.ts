import type { Frame } from '../api/client';
import { labelsOfClasses } from '../labels/rle';
import { agreement, meanOf } from './agreement';

/** A frame on which two runs differ. */
export interface Difference {
  frame: number;
  /** Mean Jaccard of the objects of one run with those of the other. */
  jaccard: number;
}

interface Size {
  width: number;
  height: number;
}

/** Frames of one table that the other has too, with how well their masks agree. */
export function differencesOf(
  one: readonly Frame[],
  other: readonly Frame[],
  { width, height }: Size,
  objects: readonly number[],
): Difference[] {
  const inOther = new Map(other.map((frame) => [frame.index, frame]));
  const labelsOf = ({ classes }: Frame) => labelsOfClasses(classes, width, height);
  return one.flatMap((frame) => {
    const match = inOther.get(frame.index);
    if (!match) return [];
    // Nothing needs to be drawn to see that two masks are the same.
    const isSame = objects.every((id) => countsOf(frame, id) === countsOf(match, id));
    const jaccard = isSame ? 1 : meanOf(agreement(labelsOf(frame), labelsOf(match), objects));
    return [{ frame: frame.index, jaccard }];
  });
}

const countsOf = ({ classes }: Frame, object: number) => classes.find(({ id }) => id === object)?.rle.counts;

/** The worst ones, each at least so many frames from another, so that one bad stretch does not fill the list. */
export function largest(differences: readonly Difference[], count: number, apart: number): Difference[] {
  const chosen: Difference[] = [];
  for (const one of [...differences].sort((a, b) => a.jaccard - b.jaccard)) {
    if (one.jaccard === 1 || chosen.length === count) break;
    if (chosen.every(({ frame }) => Math.abs(frame - one.frame) >= apart)) chosen.push(one);
  }
  return chosen;
}
