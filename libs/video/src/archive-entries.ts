import { extname, posix } from 'node:path';
import { CodedError, compareNaturally, FRAME_EXTENSIONS, OTHER_PICTURE_EXTENSIONS } from '@propago/contracts';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { framesOfOneFolder } from './frame-folder';
import type { VideoLimits } from './limits';

/** The frames of an open zip, in order. The caller closes `zip`. */
export interface FrameEntries {
  zip: ZipFile;
  /** Sorted by {@link compareNaturally}. */
  frames: Entry[];
}

/** So many names of other files are told. */
const NAMED = 3;
const VIDEO_NAME = /\.(mp4|m4v|mov|mkv|webm|avi|ts|m2ts|mts)$/i;
const UNSAFE = /^(invalid relative path|absolute path|invalid characters in fileName)/;

/**
 * Opens a zip and reads its table of entries; no entry is inflated. The frames are those of one folder; files that are no
 * pictures (README, Thumbs.db), hidden files and the `__MACOSX` twins are ignored, but their names must be safe too. Names
 * of Windows are read with slashes for back-slashes, before they are checked.
 * @throws ZIP_UNSAFE_ENTRY, ZIP_TOO_LARGE, ZIP_NO_FRAMES, ZIP_INVALID, ZIP_MIXED_FORMATS, VIDEO_TOO_LONG
 */
export async function openFrameEntries(path: string, limits: VideoLimits): Promise<FrameEntries> {
  const zip = await yauzl
    .openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: false, validateEntrySizes: true })
    .catch((error: Error) => {
      throw invalid(error);
    });
  try {
    const pictures: Entry[] = [];
    const others: string[] = [];
    let count = 0;
    for await (const entry of entriesOf(zip)) {
      if (++count > limits.maxZipEntries)
        throw new CodedError('ZIP_TOO_LARGE', `More than ${limits.maxZipEntries} entries.`);
      if (isFrame(entry)) pictures.push(entry);
      else if (others.length < NAMED && !entry.fileName.endsWith('/')) others.push(entry.fileName);
    }
    if (pictures.length === 0) throw withoutFrames(others);
    const frames = framesOfOneFolder(pictures);
    checkSizes(frames, limits);
    frames.sort((a, b) => compareNaturally(a.fileName, b.fileName));
    checkNames(frames);
    return { zip, frames };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function withoutFrames(others: readonly string[]): CodedError {
  const holds = others.length > 0 ? ` The zip holds ${others.join(', ')}.` : ' The zip holds no files.';
  const video = others.find((name) => VIDEO_NAME.test(name));
  const help = video === undefined ? '' : ` Send ${posix.basename(video)} itself, not in a zip.`;
  return new CodedError('ZIP_NO_FRAMES', `No .jpg, .jpeg or .png file was found.${holds}${help}`);
}

/** File name of a frame without folder and extension. */
export function stemOf(entry: Entry): string {
  const base = posix.basename(entry.fileName);
  return base.slice(0, base.length - extname(base).length);
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  const entries = zip.eachEntry();
  for (;;) {
    const { value, done } = await entries.next().catch((error: Error) => {
      throw invalid(error);
    });
    if (done) return;
    yield value;
  }
}

function isFrame(entry: Entry): boolean {
  const { fileName } = entry;
  // Such names end early in other programs, and the database takes none.
  if (fileName.includes('\0'))
    throw new CodedError('ZIP_UNSAFE_ENTRY', `${JSON.stringify(fileName)} has a NUL character in its name.`);
  // Unix mode in the upper half; 0 where the zip was made elsewhere. Links, devices and pipes have no place here.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (![0, 0o100000, 0o040000].includes(type))
    throw new CodedError('ZIP_UNSAFE_ENTRY', `${fileName} is not a plain file.`);
  const parts = fileName.split('/');
  if (fileName.endsWith('/') || parts.some((part) => part === '__MACOSX' || part.startsWith('.'))) return false;
  const extension = extname(fileName).toLowerCase();
  if (OTHER_PICTURE_EXTENSIONS.has(extension))
    throw new CodedError('ZIP_INVALID', `${fileName} is a picture, but only JPEG and PNG are accepted.`);
  if (!FRAME_EXTENSIONS.has(extension)) return false;
  if ((entry.generalPurposeBitFlag & 1) !== 0) throw new CodedError('ZIP_INVALID', `${fileName} is encrypted.`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw new CodedError(
      'ZIP_INVALID',
      `${fileName} is compressed by method ${entry.compressionMethod}; only store and deflate are accepted.`,
    );
  }
  return true;
}

function checkSizes(frames: readonly Entry[], limits: VideoLimits): void {
  if (frames.length > limits.maxFrames)
    throw new CodedError('VIDEO_TOO_LONG', `${frames.length} frames; at most ${limits.maxFrames}.`);
  let inflated = 0;
  for (const { fileName, uncompressedSize } of frames) {
    inflated += uncompressedSize;
    if (uncompressedSize > limits.maxFrameFileBytes || inflated > limits.maxInflatedBytes) {
      throw new CodedError(
        'ZIP_TOO_LARGE',
        `${fileName} inflates to ${uncompressedSize} bytes, all so far to ${inflated}.`,
      );
    }
  }
}

function checkNames(sorted: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const entry of sorted) {
    const stem = stemOf(entry);
    if (seen.has(stem)) throw new CodedError('ZIP_INVALID', `Two frames are named ${stem}.`);
    seen.add(stem);
  }
}

function invalid(error: Error): CodedError {
  const code = UNSAFE.test(error.message) ? 'ZIP_UNSAFE_ENTRY' : 'ZIP_INVALID';
  return new CodedError(code, error.message, { cause: error });
}
