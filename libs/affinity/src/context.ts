import { expected } from './errors';
import { AffinityParameters } from './parameters';

/** One context frame of a target; a frame that counts twice has two entries. */
export interface ContextEntry {
  frame: number;
  /** Whether the neighbourhood limits which of its patches are candidates. */
  restricted: boolean;
}

/** The same frame under the same restriction, scored once whatever the number of entries it stands for. */
export interface ContextGroup extends ContextEntry {
  /** Places in the list of entries, latest first: the tie order compares them. */
  positions: number[];
}

type ContextParameters = Pick<
  AffinityParameters,
  'contextLength' | 'keepFirstFrame' | 'restrictFirstFrame' | 'fillQueueWithFirstFrame' | 'firstFrameInQueue'
>;

/**
 * The context of a target frame, oldest first: the kept frame 0, then the queue of the m frames before the target.
 * Without a kept frame 0 the queue holds it like any other frame while it is in range.
 *
 * @param target index of the frame to be labelled, >= 1
 */
export function contextEntries(target: number, parameters: ContextParameters): ContextEntry[] {
  if (!Number.isInteger(target) || target < 1) throw expected('an integer of at least 1', 'target', target);
  const { contextLength, keepFirstFrame, restrictFirstFrame, fillQueueWithFirstFrame, firstFrameInQueue } = parameters;
  const entries: ContextEntry[] = [];
  if (keepFirstFrame) entries.push({ frame: 0, restricted: restrictFirstFrame });
  const queuesFirst = firstFrameInQueue || fillQueueWithFirstFrame || !keepFirstFrame;
  for (let frame = target - contextLength; frame < target; frame++) {
    if (frame < 0 && !fillQueueWithFirstFrame) continue;
    if (frame === 0 && !queuesFirst) continue;
    entries.push({ frame: Math.max(0, frame), restricted: true });
  }
  return entries;
}

/** The oldest frame other than 0 that a target or any later one still needs, and whether frame 0 is still needed. */
export function needed(target: number, parameters: ContextParameters): { from: number; first: boolean } {
  const from = target - parameters.contextLength;
  return { from: Math.max(1, from), first: parameters.keepFirstFrame || from <= 0 };
}

/** Entries gathered into groups, newest group first: high scores come early, which keeps the top-k lists short of changes. */
export function groupEntries(entries: readonly ContextEntry[]): ContextGroup[] {
  const groups = new Map<string, ContextGroup>();
  for (let position = entries.length - 1; position >= 0; position--) {
    const { frame, restricted } = entries[position];
    const key = `${frame} ${restricted}`;
    const group = groups.get(key);
    if (group) group.positions.push(position);
    else groups.set(key, { frame, restricted, positions: [position] });
  }
  return [...groups.values()];
}
