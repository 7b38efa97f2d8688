import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { blendOverlay } from './blend-overlay';
import { encodeVideo } from './encode-video';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource } from './source';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

describe('blendOverlay', () => {
  const palette = Uint8Array.from([0, 0, 0, 200, 0, 0, 0, 100, 0]);
  const rgb = Buffer.alloc(5 * 5 * 3, 100);
  const labels = Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  const pixel = (out: Buffer, x: number, y: number): number[] => [
    ...out.subarray((y * 5 + x) * 3, (y * 5 + x) * 3 + 3),
  ];

  it('mixes the colour of a class with the frame and leaves the background', () => {
    const out = blendOverlay(rgb, labels, palette, { alpha: 0.5, outline: false, width: 5 });
    expect(pixel(out, 0, 0)).toEqual([100, 100, 100]);
    expect(pixel(out, 2, 2)).toEqual([150, 50, 50]);
    expect(pixel(out, 1, 1)).toEqual([150, 50, 50]);
    expect(rgb.every((value) => value === 100)).toBe(true);
  });

  it('draws the border in full colour', () => {
    const out = blendOverlay(rgb, labels, palette, { alpha: 0.5, outline: true, width: 5 });
    expect(pixel(out, 1, 1)).toEqual([200, 0, 0]);
    expect(pixel(out, 3, 2)).toEqual([200, 0, 0]);
    expect(pixel(out, 2, 2)).toEqual([150, 50, 50]);
  });

  it('draws no border along the edge of the picture', () => {
    const out = blendOverlay(rgb, new Uint8Array(25).fill(2), palette, { alpha: 0, outline: true, width: 5 });
    expect(out.equals(rgb)).toBe(true);
  });

  it('refuses labels of another size', () => {
    expect(() => blendOverlay(rgb, new Uint8Array(24), palette, { alpha: 1, outline: false, width: 5 })).toThrow(
      'Expected 72 bytes',
    );
  });
});

describeWithFfmpeg('encodeVideo', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-encode-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function* plain(count: number, bytes: number): AsyncGenerator<Buffer> {
    for (let i = 0; i < count; i++) yield await Promise.resolve(Buffer.alloc(bytes, 40 + i * 10));
  }

  it('writes every frame, which decodes to nearly the same grey', async () => {
    const path = join(folder, 'a.mp4');
    const made = await encodeVideo(path, { width: 64, height: 48, frameRate: 12.5 }, plain(10, 64 * 48 * 3));
    expect(made.frames).toBe(10);
    const source = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    expect(source.probe).toMatchObject({
      codec: 'h264',
      frameRate: 12.5,
      width: 64,
      height: 48,
      frameCountEstimate: 10,
      bytes: made.bytes,
    });
    for await (const { index, rgb } of source.frames())
      expect(Math.abs(rgb[0]! - (40 + index * 10))).toBeLessThanOrEqual(4);
  });

  it('pads odd sizes to even ones', async () => {
    const path = join(folder, 'odd.mp4');
    await encodeVideo(path, { width: 33, height: 17, frameRate: 24 }, plain(3, 33 * 17 * 3));
    expect((await openVideoSource(path, DEFAULT_VIDEO_LIMITS)).probe).toMatchObject({ width: 34, height: 18 });
  });

  it('leaves no file behind when a frame has another size, when there is none, and when it is cancelled', async () => {
    const path = join(folder, 'none.mp4');
    const options = { width: 64, height: 48, frameRate: 24 };
    await expect(encodeVideo(path, options, plain(3, 7))).rejects.toThrow('but received 7');
    await expect(encodeVideo(path, options, plain(0, 7))).rejects.toMatchObject({ code: 'VIDEO_NO_FRAMES' });
    const stop = new AbortController();
    async function* cancelling(): AsyncGenerator<Buffer> {
      yield* plain(3, 64 * 48 * 3);
      stop.abort(new Error('cancelled'));
      yield* plain(300, 64 * 48 * 3);
    }
    await expect(encodeVideo(path, { ...options, signal: stop.signal }, cancelling())).rejects.toThrow('cancelled');
    expect(await readdir(folder)).not.toContain('none.mp4');
  });

  it('stops at the largest file size', async () => {
    const path = join(folder, 'big.mp4');
    async function* noise(): AsyncGenerator<Buffer> {
      for (let f = 0; f < 40; f++) {
        yield await Promise.resolve(
          Buffer.from(Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * i * 31 + f * 97 * i) & 255)),
        );
      }
    }
    const options = { width: 64, height: 48, frameRate: 24, maxBytes: 4096 };
    await expect(encodeVideo(path, options, noise())).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await readdir(folder)).not.toContain('big.mp4');
  });
});
