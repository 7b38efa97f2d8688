import { say } from '../ui/toasts';
import { decodeRle, encodeRle } from './rle';

/**
 * What a person made and the server does not know yet, kept in this browser: a lost connection or a closed tab loses
 * nothing. It belongs to a run, or to the video of a run to come, and to a frame.
 */
type Kind = 'draft' | 'points';

/** Paint of a frame. */
interface Draft {
  width: number;
  height: number;
  objects: [id: number, counts: string][];
}

const startOf = (owner: string, kind: Kind) => `propago-${kind} ${owner} `;

let isFull = false;

/** Where the browser gives no more room, it stays in the open page, and is sent from there: that is said once. */
export function saveText(owner: string, frame: number, kind: Kind, text: string): void {
  try {
    localStorage.setItem(`${startOf(owner, kind)}${frame}`, text);
    isFull = false;
  } catch {
    if (!isFull) say({ title: 'This browser keeps no more', detail: 'Send what you made before you close the tab.' });
    isFull = true;
  }
}

export const loadText = (owner: string, frame: number, kind: Kind): string | undefined =>
  localStorage.getItem(`${startOf(owner, kind)}${frame}`) ?? undefined;

export const dropText = (owner: string, frame: number, kind: Kind): void =>
  localStorage.removeItem(`${startOf(owner, kind)}${frame}`);

/** Frames that have something that was not sent, ascending. */
export function draftsOf(owner: string, kind: Kind = 'draft'): number[] {
  const start = startOf(owner, kind);
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(start))
    .map((key) => Number(key.slice(start.length)))
    .sort((a, b) => a - b);
}

export function saveDraft(owner: string, frame: number, ids: Uint8Array, width: number, height: number): void {
  const present = [...new Set(ids)].filter((id) => id !== 0);
  const objects = present.map((id) => [id, encodeRle(ids, width, height, id)] as [number, string]);
  saveText(owner, frame, 'draft', JSON.stringify({ width, height, objects } satisfies Draft));
}

/** @returns height x width object ids */
export function loadDraft(owner: string, frame: number, width: number, height: number): Uint8Array | undefined {
  const text = loadText(owner, frame, 'draft');
  if (text === undefined) return undefined;
  const draft = JSON.parse(text) as Draft;
  if (draft.width !== width || draft.height !== height) return undefined;
  const ids = new Uint8Array(width * height);
  for (const [id, counts] of draft.objects) decodeRle(counts, width, height, id, ids);
  return ids;
}

export const dropDraft = (owner: string, frame: number): void => dropText(owner, frame, 'draft');
