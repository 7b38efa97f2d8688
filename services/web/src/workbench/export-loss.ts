import type { Export } from '../api/client';

type Told = Pick<Export, 'isExact' | 'loss'>;

/** What a file keeps of the masks, in one sentence; empty where it was not measured. */
export function lossText({ isExact, loss }: Told, names: ReadonlyMap<number, string>): string {
  if (isExact) return 'Exact to the pixel';
  if (!loss || loss.meanJaccard === null) return '';
  const parts = [`Mean J to the masks ${loss.meanJaccard.toFixed(3)}`];
  if (loss.lowest) {
    const { jaccard, frame, object } = loss.lowest;
    parts.push(`lowest ${jaccard.toFixed(3)} (frame ${frame}, ${names.get(object) ?? `object ${object}`})`);
  }
  if (loss.withHoles > 0) parts.push(`${counted(loss.withHoles, 'mask')} with holes`);
  if (loss.withParts > 0) parts.push(`${counted(loss.withParts, 'mask')} of several parts`);
  return parts.join(', ');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
