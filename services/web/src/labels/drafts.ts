import { decodeRle, encodeRle } from './rle';

/** Paint that was not sent yet, kept in this browser: a lost connection or a closed tab loses nothing. */
interface Draft {
  width: number;
  height: number;
  objects: [id: number, counts: string][];
}

const keyOf = (owner: string, frame: number) => `propago-draft ${owner} ${frame}`;

/** @param owner id of the run, or of the video of a run to come */
export function saveDraft(owner: string, frame: number, ids: Uint8Array, width: number, height: number): void {
  const present = [...new Set(ids)].filter((id) => id !== 0);
  const objects = present.map((id) => [id, encodeRle(ids, width, height, id)] as [number, string]);
  try {
    localStorage.setItem(keyOf(owner, frame), JSON.stringify({ width, height, objects } satisfies Draft));
  } catch {
    // The browser gives no more room: the paint stays in the open page, and is sent from there.
  }
}

/** @returns height x width object ids */
export function loadDraft(owner: string, frame: number, width: number, height: number): Uint8Array | undefined {
  const text = localStorage.getItem(keyOf(owner, frame));
  if (text === null) return undefined;
  const draft = JSON.parse(text) as Draft;
  if (draft.width !== width || draft.height !== height) return undefined;
  const ids = new Uint8Array(width * height);
  for (const [id, counts] of draft.objects) decodeRle(counts, width, height, id, ids);
  return ids;
}

export const dropDraft = (owner: string, frame: number): void => localStorage.removeItem(keyOf(owner, frame));

/** Frames that have unsent paint. */
export function draftsOf(owner: string): number[] {
  const start = `propago-draft ${owner} `;
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(start))
    .map((key) => Number(key.slice(start.length)))
    .sort((a, b) => a - b);
}
