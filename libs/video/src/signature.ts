import { type FileHandle, open } from 'node:fs/promises';
import { CodedError } from '@propago/contracts';
import { findMatroskaEnd, findRiffEnd, walkBoxes } from './container-length';
import { refusalOfForeign } from './foreign-file';
import { findTransportLayout, MAX_JUNK_BYTES, type TransportLayout } from './transport-stream';

/** Families of files that may be opened, decided by their first bytes alone: names and media types are never trusted. */
export type ContainerKind = 'mp4' | 'matroska' | 'avi' | 'mpegts' | 'zip';

/** What a file is, before any parser of others sees it. */
export interface FileSignature {
  kind: ContainerKind;
  /** Size of the file. */
  bytes: number;
  /**
   * Where the container says it ends, in bytes, when that is behind the end of the file; else null. Frames are missing only
   * if the video stream has some there: writers also count wrongly, and the sound may lie last.
   */
  announcedBytes: number | null;
  /** Of a transport stream only. */
  transport: TransportLayout | null;
}

const HEAD_BYTES = MAX_JUNK_BYTES + 16 * 204;
const TEXT_BYTES = 1024;
const BOX_TYPES = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'wide', 'free', 'skip', 'pnot']);

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
  return findTransportLayout(head) ? 'mpegts' : null;
}

/**
 * Reads the first bytes of a file and says what it is, and whether it is shorter than its container states.
 * @throws VIDEO_FORBIDDEN_FORMAT for text (playlists, concat scripts, session descriptions, whatever they are called),
 * VIDEO_NOT_RECOGNISED for anything else that is no video or zip, VIDEO_TRUNCATED where the index is cut off, VIDEO_CORRUPT
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
    const end = await announcedEnd(file, kind, bytes);
    const transport = kind === 'mpegts' ? findTransportLayout(start) : null;
    return { kind, bytes, announcedBytes: end !== null && end > bytes ? end : null, transport };
  } finally {
    await file.close();
  }
}

function refusal(head: Buffer): CodedError {
  if (head.length === 0) return new CodedError('VIDEO_NOT_RECOGNISED', 'The file is empty.');
  const foreign = refusalOfForeign(head);
  if (foreign) return foreign;
  // Every playlist and script format that ffmpeg follows to other files is text.
  const isText = head
    .subarray(0, TEXT_BYTES)
    .every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  if (isText)
    return new CodedError('VIDEO_FORBIDDEN_FORMAT', 'The file is text; playlists and scripts are not accepted.');
  return new CodedError(
    'VIDEO_NOT_RECOGNISED',
    'The file is not MP4, MOV, Matroska, WebM, AVI, MPEG-TS or a zip of frames.',
  );
}

async function announcedEnd(file: FileHandle, kind: ContainerKind, bytes: number): Promise<number | null> {
  if (kind === 'avi') return findRiffEnd(file);
  if (kind === 'matroska') return findMatroskaEnd(file);
  if (kind !== 'mp4') return null;
  const { end, types } = await walkBoxes(file, bytes);
  if (!types.has('moov')) {
    // The index of most recordings lies at the end.
    if (end > bytes) throw truncated(bytes, end);
    throw new CodedError('VIDEO_CORRUPT', 'The file has no index (moov box).');
  }
  return end;
}

/** The failure of a file that ends before what its container announces. */
export function truncated(bytes: number, announced: number): CodedError {
  return new CodedError('VIDEO_TRUNCATED', `The file has ${bytes} bytes, but its container announces ${announced}.`);
}
