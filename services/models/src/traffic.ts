import { createHash } from 'node:crypto';
import type { TrafficSplit } from '@propago/contracts';

/**
 * Which alias of a split a run belongs to: the same for the same run, whoever asks and however often, and over many
 * runs as the percentages say.
 */
export function aliasOf(runId: string, split: TrafficSplit): string {
  // 32 bits of a digest as a place on a line of 100 %.
  const place = (createHash('sha256').update(runId).digest().readUInt32BE() / 2 ** 32) * 100;
  let end = 0;
  const part = split.find(({ percent }) => place < (end += percent));
  return (part ?? split.at(-1)!).alias;
}
