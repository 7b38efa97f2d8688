import type { SmallClip } from './small-clip';

/** What one prompt says: where these objects are, as the truth of the source frame has them, and which are not there. */
export interface Said {
  source: number;
  /** By object id: whether it is there. */
  objects: ReadonlyMap<number, boolean>;
}

/** Everything that is said about a run. */
export interface RunState {
  /** By id: whether it is traced back. */
  objects: Map<number, boolean>;
  /** By frame. */
  prompts: Map<number, Said>;
}

export type Action =
  | { kind: 'add-object'; id: number; isTracedBack: boolean }
  | { kind: 'trace-back'; id: number; isTracedBack: boolean }
  | { kind: 'remove-object'; id: number }
  | { kind: 'put'; frame: number; said: Said }
  | { kind: 'delete'; frame: number };

/** mulberry32 */
export function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const oneOf = <T>(next: () => number, items: readonly T[]): T => items[Math.floor(next() * items.length)]!;

/** A prompt about some of the objects; at least one of a run must be somewhere. */
export function randomSaid(next: () => number, frame: number, ids: readonly number[], frames: number): Said {
  const some = ids.filter(() => next() < 0.6);
  const spokenOf = some.length > 0 ? some : [oneOf(next, ids)];
  // Sometimes what is said is a little wrong, as what people draw.
  const source = Math.min(frames - 1, Math.max(0, frame + Math.floor(next() * 5) - 2));
  return { source, objects: new Map(spokenOf.map((id) => [id, next() < 0.85])) };
}

/** A set of prompts that a run may have. */
export function randomState(next: () => number, { truth }: SmallClip, most: number): RunState {
  const frames = truth.length;
  const ids = [1, 2, 3].slice(0, 1 + Math.floor(next() * 3));
  const prompts = new Map<number, Said>();
  for (let i = 0; i < 1 + Math.floor(next() * most); i++) {
    const frame = Math.floor(next() * frames);
    prompts.set(frame, randomSaid(next, frame, ids, frames));
  }
  const first = Math.min(...prompts.keys());
  prompts.set(first, { source: first, objects: new Map(ids.map((id) => [id, true])) });
  return { objects: new Map(ids.map((id) => [id, next() < 0.5])), prompts };
}

const isSame = (a: Said | undefined, b: Said): boolean =>
  a !== undefined &&
  a.source === b.source &&
  a.objects.size === b.objects.size &&
  [...b.objects].every(([id, isThere]) => a.objects.get(id) === isThere);

/** What brings a run nearer to the wanted state, of all that can be done in this moment; nothing when it is there. */
export function stepsTowards(state: RunState, wanted: RunState): Action[] {
  const actions: Action[] = [];
  for (const [id, isTracedBack] of wanted.objects) {
    const before = state.objects.get(id);
    if (before === undefined) actions.push({ kind: 'add-object', id, isTracedBack });
    else if (before !== isTracedBack) actions.push({ kind: 'trace-back', id, isTracedBack });
  }
  for (const id of state.objects.keys()) {
    if (!wanted.objects.has(id) && canRemove(state, id)) actions.push({ kind: 'remove-object', id });
  }
  for (const [frame, said] of wanted.prompts) {
    const isKnown = [...said.objects.keys()].every((id) => state.objects.has(id));
    if (isKnown && !isSame(state.prompts.get(frame), said)) actions.push({ kind: 'put', frame, said });
  }
  for (const frame of state.prompts.keys()) {
    if (!wanted.prompts.has(frame) && state.prompts.size > 1) actions.push({ kind: 'delete', frame });
  }
  return actions;
}

/** Something that leads away from any state. */
export function detour(next: () => number, state: RunState, frames: number): Action {
  const ids = [...state.objects.keys()];
  const id = oneOf(next, ids);
  if (next() < 0.2 && ids.length > 1 && canRemove(state, id)) return { kind: 'remove-object', id };
  const frame = Math.floor(next() * frames);
  return { kind: 'put', frame, said: randomSaid(next, frame, ids, frames) };
}

export function apply(state: RunState, action: Action): void {
  switch (action.kind) {
    case 'add-object':
    case 'trace-back':
      state.objects.set(action.id, action.isTracedBack);
      return;
    case 'put':
      state.prompts.set(action.frame, action.said);
      return;
    case 'delete':
      state.prompts.delete(action.frame);
      return;
    case 'remove-object':
      state.objects.delete(action.id);
      for (const [frame, { source, objects }] of state.prompts) {
        const rest = new Map([...objects].filter(([id]) => id !== action.id));
        if (rest.size > 0) state.prompts.set(frame, { source, objects: rest });
        else state.prompts.delete(frame);
      }
  }
}

function canRemove(state: RunState, id: number): boolean {
  return [...state.prompts.values()].some(({ objects }) => objects.size > 1 || !objects.has(id));
}

/** height x width ids of what a prompt says. */
export function labelsOf({ truth }: SmallClip, { source, objects }: Said): Uint8Array {
  return truth[source]!.map((id) => (objects.get(id) ? id : 0));
}
