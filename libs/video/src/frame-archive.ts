import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { CodedError } from '@propago/contracts';
import sharp from 'sharp';
import type { Entry, ZipFile } from 'yauzl';
import { openFrameEntries, stemOf } from './archive-entries';
import type { DecodeOptions } from './decode-video';
import type { DecodedFrame } from './decoded-frame';
import type { VideoLimits } from './limits';
import type { VideoProbe } from './video-probe';
import { withoutStrayBytes } from './tidy-jpeg';

// A zip has no clock. 24 frames per second is the rate of the DAVIS folders; only the overlay's speed depends on it.
const FRAMES_PER_SECOND = 24;

const SIGNATURES: Readonly<Record<string, { magic: Buffer }>> = {
  jpeg: { magic: Buffer.from([0xff, 0xd8, 0xff]) },
  png: { magic: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
};

/**
 * Reads the table of a zip of frames and the size of its first frame.
 * @throws ZIP_UNSAFE_ENTRY, ZIP_TOO_LARGE, ZIP_NO_FRAMES, ZIP_INVALID, FRAME_CORRUPT, VIDEO_TOO_LONG, VIDEO_TOO_LARGE
 */
export async function probeFrameArchive(path: string, limits: VideoLimits): Promise<VideoProbe> {
  const { zip, frames } = await openFrameEntries(path, limits);
  try {
    const first = frames[0]!;
    const { width, height, coded, orientation, format } = await readHeader(
      first,
      await inflate(zip, first, limits),
      limits,
    );
    return {
      container: 'zip',
      codec: format,
      streamIndex: 0,
      width,
      height,
      rotation: 0,
      codedSize: coded,
      sampleAspectRatio: null,
      exifOrientation: orientation,
      timeBase: { num: 1, den: FRAMES_PER_SECOND },
      frameRate: FRAMES_PER_SECOND,
      frameCountEstimate: frames.length,
      durationSeconds: frames.length / FRAMES_PER_SECOND,
      startPts: 0,
      bytes: (await stat(path)).size,
    };
  } finally {
    zip.close();
  }
}

/**
 * Decodes the frames of a zip in the natural order of their names; one at a time, by random access. Each is turned upright
 * by its EXIF orientation, as viewers, annotation tools and OpenCV show it to who draws the mask; colour profiles are not
 * applied. Grey becomes rgb, 16 bits become 8, alpha is dropped.
 * @throws FRAME_SIZE_MISMATCH, FRAME_CORRUPT, ZIP_TOO_LARGE and what {@link probeFrameArchive} throws
 */
export async function* decodeFrameArchive(
  path: string,
  { probe, limits, signal, from }: DecodeOptions,
): AsyncGenerator<DecodedFrame> {
  const { width, height } = probe;
  const { zip, frames } = await openFrameEntries(path, limits);
  try {
    for (const [index, entry] of frames.entries()) {
      if (from && index < from.index) continue;
      signal?.throwIfAborted();
      const file = await inflate(zip, entry, limits);
      const header = await readHeader(entry, file, limits);
      if (header.width !== width || header.height !== height) {
        throw new CodedError(
          'FRAME_SIZE_MISMATCH',
          `${entry.fileName} is ${describeSize(header)}; the first is ${width}x${height}.`,
        );
      }
      yield {
        index,
        pts: index,
        keyFrame: true,
        width,
        height,
        rgb: await decodePicture(entry, file, limits),
        name: stemOf(entry),
      };
    }
  } finally {
    zip.close();
  }
}

async function inflate(zip: ZipFile, entry: Entry, limits: VideoLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  let checksum = 0;
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limits.maxFrameFileBytes)
        throw new CodedError('ZIP_TOO_LARGE', `${entry.fileName} inflates to more than announced.`);
      checksum = crc32(chunk, checksum);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw corrupt(entry, error);
  }
  if (checksum !== entry.crc32) throw corrupt(entry, new Error('the checksum is wrong'));
  const file = Buffer.concat(chunks, size);
  return file[0] === 0xff ? withoutStrayBytes(file) : file;
}

/** Sizes in pixels; `coded` is the one before the picture is turned upright. */
interface PictureHeader {
  width: number;
  height: number;
  coded: { width: number; height: number };
  orientation: number | null;
  format: string;
}

async function readHeader(entry: Entry, file: Buffer, limits: VideoLimits): Promise<PictureHeader> {
  const extension = extname(entry.fileName).toLowerCase();
  const known = Object.entries(SIGNATURES).find(([, { magic }]) => file.subarray(0, magic.length).equals(magic));
  // Only these two decoders may meet the bytes, whatever the name says.
  if (!known) throw corrupt(entry, new Error(`the file is no JPEG or PNG although it is named ${extension}`));
  try {
    const { width, height, autoOrient, orientation = null } = await open(file, limits).metadata();
    if (Math.max(width, height) > limits.maxSide) {
      throw new CodedError(
        'VIDEO_TOO_LARGE',
        `${entry.fileName} is ${width}x${height}; at most ${limits.maxSide} per side.`,
      );
    }
    return { ...autoOrient, coded: { width, height }, orientation, format: known[0] };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw corrupt(entry, error);
  }
}

function describeSize({ width, height, coded, orientation }: PictureHeader): string {
  const turned =
    coded.width === width ? '' : ` (${coded.width}x${coded.height}, turned by EXIF orientation ${orientation})`;
  return `${width}x${height}${turned}`;
}

async function decodePicture(entry: Entry, file: Buffer, limits: VideoLimits): Promise<Buffer> {
  try {
    return await open(file, limits).toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer();
  } catch (error) {
    throw corrupt(entry, error);
  }
}

function open(file: Buffer, limits: VideoLimits): sharp.Sharp {
  return sharp(file, {
    limitInputPixels: limits.maxSide ** 2,
    failOn: 'warning',
    ignoreIcc: true,
    sequentialRead: true,
    autoOrient: true,
  });
}

/** What libvips says, each thing once, on one line. */
function messageOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))].join('; ');
}

function corrupt(entry: Entry, cause: unknown): CodedError {
  return new CodedError('FRAME_CORRUPT', `${entry.fileName}: ${messageOf(cause)}`, { cause });
}
