import { type FileHandle, open } from 'node:fs/promises';
import { CodedError } from '@propago/contracts';
import { findMatroskaEnd, findRiffEnd, walkBoxes } from './container-length';

/** Families of files that may be opened, decided by their first bytes alone: names and media types are never trusted. */
export type ContainerKind = 'mp4' | 'matroska' | 'avi' | 'mpegts' | 'zip';

/** What a file is, before any parser of others sees it. */
export interface FileSignature {
  kind: ContainerKind;
  /** Size of the file. */
  bytes: number;
}

const HEAD_BYTES = 1024;
const BOX_TYPES = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'wide', 'free', 'skip', 'pnot']);
const TS_PACKET = 188;

/** The container family of a file that starts with `head`, or null. */
export function recogniseContainer(head: Buffer): ContainerKind | null {
  if (head.length < 12) return null;
  if (BOX_TYPES.has(head.toString('latin1', 4, 8))) {
    const size = head.readUInt32BE(0);
    return size >= 8 || size <= 1 ? 'mp4' : null;
  }
  if (head.readUInt32BE(0) === 0x1a45dfa3) return 'matroska';
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'AVI ') return 'avi';
  if (['PK\x03\x04', 'PK\x05\x06'].includes(head.toString('latin1', 0, 4))) return 'zip';
  const synced = [0, 1, 2, 3].every((packet) => head[packet * TS_PACKET] === 0x47);
  return synced ? 'mpegts' : null;
}

/**
 * Reads the first bytes of a file and says what it is; also finds files cut short, from the lengths their container states.
 * @throws VIDEO_FORBIDDEN_FORMAT for text (playlists, concat scripts, session descriptions, whatever they are called),
 * VIDEO_NOT_RECOGNISED for anything else that is no video or zip, VIDEO_TRUNCATED, VIDEO_CORRUPT
 */
export async function inspectFile(path: string): Promise<FileSignature> {
  const file = await open(path, 'r');
  try {
    const { size: bytes } = await file.stat();
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const start = head.subarray(0, bytesRead);
    const kind = recogniseContainer(start);
    if (!kind) throw refusal(start);
    await checkComplete(file, kind, bytes);
    return { kind, bytes };
  } finally {
    await file.close();
  }
}

function refusal(head: Buffer): CodedError {
  if (head.length === 0) return new CodedError('VIDEO_NOT_RECOGNISED', 'The file is empty.');
  // Every playlist and script format that ffmpeg follows to other files is text.
  const isText = head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  if (isText)
    return new CodedError('VIDEO_FORBIDDEN_FORMAT', 'The file is text; playlists and scripts are not accepted.');
  return new CodedError(
    'VIDEO_NOT_RECOGNISED',
    'The file is not MP4, MOV, Matroska, WebM, AVI, MPEG-TS or a zip of frames.',
  );
}

async function checkComplete(file: FileHandle, kind: ContainerKind, bytes: number): Promise<void> {
  const truncated = (end: number): CodedError =>
    new CodedError('VIDEO_TRUNCATED', `The file has ${bytes} bytes, but its container announces ${end}.`);
  if (kind === 'mp4') {
    const { end, types } = await walkBoxes(file, bytes);
    if (end > bytes) throw truncated(end);
    if (!types.has('moov')) throw new CodedError('VIDEO_CORRUPT', 'The file has no index (moov box).');
  }
  if (kind === 'matroska' || kind === 'avi') {
    const end = await (kind === 'avi' ? findRiffEnd(file) : findMatroskaEnd(file));
    if (end !== null && end > bytes) throw truncated(end);
  }
}
