import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { blobKeys } from '@propago/contracts';
import type { Database, VideoFrame } from '@propago/database';
import type { BlobStore } from '@propago/runtime';
import {
  DEFAULT_VIDEO_LIMITS,
  encodeVideo,
  openVideoSource,
  type DecodedFrame,
  type VideoSource,
} from '@propago/video';
import { renderClip } from '@propago/sample-clip';
import { PictureService } from './picture.service';

jest.setTimeout(60_000);

const SHA256 = 'a'.repeat(64);
const SIZE = { width: 96, height: 64 };
const FRAMES = 300;
// libx264 starts a group of pictures every 250 frames.
const WANTED = 270;

describe('pictures of frames', () => {
  let folder: string;
  let source: VideoSource;
  let frames: DecodedFrame[];
  let stored: Map<string, Buffer>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-pictures-'));
    const file = join(folder, 'clip.mp4');
    const clip = async function* () {
      for (const { rgb } of renderClip({ ...SIZE, frames: FRAMES, objects: 2, seed: 3 })) yield rgb;
    };
    await encodeVideo(file, { ...SIZE, frameRate: 24 }, clip());
    source = await openVideoSource(file, DEFAULT_VIDEO_LIMITS);
    frames = [];
    for await (const frame of source.frames()) frames.push(frame);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => (stored = new Map()));

  const rowsOf = (change: Partial<VideoFrame> = {}): VideoFrame[] =>
    frames.map(({ index, pts, keyFrame, rgb }) => ({
      videoSha256: SHA256,
      index,
      pts: BigInt(pts),
      keyFrame,
      name: null,
      checksum: BigInt(crc32(rgb)),
      ...change,
    }));

  /** The service on a frame table, and how many frames were decoded from the start and from the middle. */
  function sutOn(table: VideoFrame[]) {
    const storage: Partial<BlobStore> = { put: async (key, data) => void stored.set(key, Buffer.from(data)) };
    const videoFrame = {
      findFirst: async ({ where }: { where: { index: { lte: number } } }) =>
        table.findLast(({ index, keyFrame }) => keyFrame && index <= where.index.lte) ?? null,
    };
    const decoded = { start: 0, middle: 0 };
    const counted = async function* (which: 'start' | 'middle', of: AsyncIterable<DecodedFrame>) {
      for await (const frame of of) {
        decoded[which]++;
        yield frame;
      }
    };
    const watched: VideoSource = {
      ...source,
      frames: (signal) => counted('start', source.frames(signal)),
      framesFrom: (place, signal) => counted('middle', source.framesFrom(place, signal)),
    };
    const sut = new PictureService(storage as BlobStore, { videoFrame } as unknown as Database);
    const wanted = table.slice(WANTED, WANTED + 2);
    return { decoded, make: () => sut.make(watched, wanted, new AbortController().signal) };
  }

  async function expectTheVeryFrames(): Promise<void> {
    expect([...stored.keys()]).toEqual([WANTED, WANTED + 1].map((frame) => blobKeys.picture(SHA256, frame)));
    for (const frame of [WANTED, WANTED + 1]) {
      const rgb = await sharp(stored.get(blobKeys.picture(SHA256, frame)))
        .raw()
        .toBuffer();
      const differences = frames.map((other) =>
        rgb.reduce((sum, value, i) => sum + Math.abs(value - other.rgb[i]!), 0),
      );
      expect(differences.indexOf(Math.min(...differences))).toBe(frame);
    }
  }

  it('are decoded from the key frame before them', async () => {
    const { make, decoded } = sutOn(rowsOf());
    expect(await make()).toMatchObject({ frames: 2 });
    expect(decoded.start).toBe(0);
    expect(decoded.middle).toBeLessThanOrEqual(WANTED + 2 - 250);
    await expectTheVeryFrames();
  });

  it('are decoded from the start where what comes from the middle is not what the table says', async () => {
    const { make, decoded } = sutOn(rowsOf({ checksum: 1n }));
    expect(await make()).toMatchObject({ frames: 2 });
    expect(decoded).toEqual({ start: WANTED + 2, middle: FRAMES - 250 });
    await expectTheVeryFrames();
  });

  it('are decoded from the start where a version before has noted no checksums', async () => {
    const { make, decoded } = sutOn(rowsOf({ checksum: null }));
    await make();
    expect(decoded).toEqual({ start: WANTED + 2, middle: 0 });
    await expectTheVeryFrames();
  });
});
