import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import type { DecodedFrame } from './decoded-frame';
import { DEFAULT_VIDEO_LIMITS, type VideoLimits } from './limits';
import { openVideoSource } from './source';

type Files = readonly (readonly [name: string, bytes: Buffer, options?: { mode?: number; compress?: boolean }])[];

const picture = (r: number, size = { width: 32, height: 24 }): sharp.Sharp =>
  sharp({ create: { ...size, channels: 3, background: { r, g: 20, b: 30 } } });
const png = (r: number, size?: { width: number; height: number }): Promise<Buffer> => picture(r, size).png().toBuffer();

describe('a zip of frames', () => {
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-zip-'));
    path = join(folder, 'frames.zip');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function zip(files: Files): Promise<void> {
    const archive = new ZipFile();
    for (const [name, bytes, options] of files) archive.addBuffer(bytes, name, options);
    archive.end();
    await pipeline(archive.outputStream, createWriteStream(path));
  }

  /** Replaces a name by another of the same length, in both places where a zip has it. */
  async function rename(from: string, to: string): Promise<void> {
    const bytes = await readFile(path);
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
    await writeFile(path, bytes);
  }

  async function frames(limits: VideoLimits = DEFAULT_VIDEO_LIMITS): Promise<DecodedFrame[]> {
    const source = await openVideoSource(path, limits);
    const found = [];
    for await (const frame of source.frames()) found.push(frame);
    return found;
  }

  it('gives its frames in natural order, with their names', async () => {
    await zip([
      ['judo/frame10.png', await png(100)],
      ['judo/frame9.png', await png(90)],
      ['judo/frame100.PNG', await png(200)],
    ]);
    const found = await frames();
    expect(found.map(({ index, pts, name, keyFrame, rgb }) => ({ index, pts, name, keyFrame, r: rgb[0] }))).toEqual([
      { index: 0, pts: 0, name: 'frame9', keyFrame: true, r: 90 },
      { index: 1, pts: 1, name: 'frame10', keyFrame: true, r: 100 },
      { index: 2, pts: 2, name: 'frame100', keyFrame: true, r: 200 },
    ]);
    expect(found[0]!.rgb).toHaveLength(32 * 24 * 3);
  });

  it('says what it holds without decoding all of it', async () => {
    await zip([
      ['00000.jpg', await picture(10).jpeg().toBuffer()],
      ['00005.jpg', Buffer.from('never looked at')],
    ]);
    const { probe } = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    expect(probe).toMatchObject({
      container: 'zip',
      codec: 'jpeg',
      width: 32,
      height: 24,
      frameCountEstimate: 2,
      timeBase: { num: 1, den: 24 },
    });
  });

  it('ignores files that are no pictures and what macOS adds', async () => {
    await zip([
      ['a/1.png', await png(1)],
      ['a/README.txt', Buffer.from('text')],
      ['a/.DS_Store', Buffer.from('x')],
      ['a/._1.png', Buffer.from('x')],
      ['a/Thumbs.db', Buffer.from('x')],
      ['a/desktop.ini', Buffer.from('x')],
      ['__MACOSX/a/._1.png', Buffer.from('x')],
      ['inner.zip', Buffer.from('PK')],
    ]);
    expect(await frames()).toHaveLength(1);
  });

  it('reads grey, palette, transparent and 16-bit pictures as rgb24', async () => {
    const grey = await picture(50).greyscale().png().toBuffer();
    const rgba = await picture(50).ensureAlpha(0.5).png().toBuffer();
    const palette = await picture(50).png({ palette: true }).toBuffer();
    const deep = await picture(50).toColourspace('rgb16').png().toBuffer();
    await zip([
      ['1.png', grey],
      ['2.png', rgba],
      ['3.png', palette],
      ['4.png', deep],
    ]);
    const found = await frames();
    expect(found.map(({ rgb }) => rgb.length)).toEqual([2304, 2304, 2304, 2304]);
    expect([...found[1]!.rgb.subarray(0, 3)]).toEqual([50, 20, 30]);
    expect([...found[2]!.rgb.subarray(0, 3)]).toEqual([50, 20, 30]);
    expect([...found[3]!.rgb.subarray(0, 3)]).toEqual([50, 20, 30]);
  });

  /** Left half red, right half blue; coded so that a viewer which honours `orientation` shows it so. */
  async function tagged(orientation: number): Promise<Buffer> {
    const upright = await sharp({ create: { width: 32, height: 24, channels: 3, background: 'blue' } })
      .composite([
        {
          input: { create: { width: 16, height: 24, channels: 3, background: 'red' } },
          left: 0,
          top: 0,
        },
      ])
      .png()
      .toBuffer();
    // What takes each orientation back.
    const turned = sharp(upright);
    if ([2, 5, 7].includes(orientation)) turned.flop();
    if (orientation === 4) turned.flip();
    const angle = ({ 3: 180, 5: 270, 6: 270, 7: 90, 8: 90 } as Record<number, number>)[orientation] ?? 0;
    const coded = await sharp(await turned.png().toBuffer())
      .rotate(angle)
      .png()
      .toBuffer();
    return sharp(coded).withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  }
  const redAt = ({ rgb, width }: DecodedFrame, x: number, y: number): boolean => rgb[(y * width + x) * 3]! > 128;

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns a picture with EXIF orientation %d upright', async (orientation) => {
    await zip([['1.jpg', await tagged(orientation)]]);
    const { probe } = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    const coded = orientation > 4 ? { width: 24, height: 32 } : { width: 32, height: 24 };
    expect(probe).toMatchObject({ width: 32, height: 24, codedSize: coded, exifOrientation: orientation });
    const [frame] = await frames();
    expect(frame).toMatchObject({ width: 32, height: 24 });
    expect([redAt(frame!, 2, 2), redAt(frame!, 29, 2), redAt(frame!, 2, 21), redAt(frame!, 29, 21)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('turns every frame by its own orientation', async () => {
    await zip([
      ['1.jpg', await tagged(1)],
      ['2.jpg', await tagged(3)],
      ['3.jpg', await tagged(6)],
    ]);
    const found = await frames();
    expect(found.map((frame) => redAt(frame, 2, 2) && !redAt(frame, 29, 21))).toEqual([true, true, true]);
  });

  it('says which orientation makes a frame of another size', async () => {
    await zip([
      ['1.jpg', await picture(50).jpeg().toBuffer()],
      ['2.jpg', await picture(50).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ]);
    await expect(frames()).rejects.toMatchObject({
      code: 'FRAME_SIZE_MISMATCH',
      message: '2.jpg is 24x32 (32x24, turned by EXIF orientation 6); the first is 32x24.',
    });
  });

  it('reads the names of Windows', async () => {
    await zip([
      ['aa/bb/1.png', await png(1)],
      ['aa/bb/2.png', await png(2)],
    ]);
    await rename('aa/bb/1.png', 'aa\\bb\\1.png');
    await rename('aa/bb/2.png', 'aa\\bb\\2.png');
    expect((await frames()).map(({ name }) => name)).toEqual(['1', '2']);
  });

  it.each([
    ['aa/evil.png', '../evil.png'],
    ['aa/bb/1.png', '/a/bb/1.png'],
    ['aa/evil.png', '..\\evil.png'],
    ['aa/bb/1.png', '\\a\\bb\\1.png'],
    ['aa/bb/1.png', 'C:\\bb\\1.png'],
    ['aa/readme.txt', '../readme.txt'],
    ['aa/evil.png', 'aa/ev\0l.png'],
    ['aa/readme.txt', 'aa/readm\0.txt'],
  ])('refuses %s renamed to %s', async (from, to) => {
    await zip([
      [from, await png(1)],
      ['1.png', await png(1)],
    ]);
    await rename(from, to);
    await expect(frames()).rejects.toMatchObject({ code: 'ZIP_UNSAFE_ENTRY' });
  });

  it.each([
    ['symbolic link', 0o120777],
    ['device', 0o060666],
    ['named pipe', 0o010666],
  ])('refuses a %s', async (_, mode) => {
    await zip([
      ['1.png', await png(1)],
      ['2.png', Buffer.from('/etc/passwd'), { mode }],
    ]);
    await expect(frames()).rejects.toMatchObject({ code: 'ZIP_UNSAFE_ENTRY' });
  });

  it('refuses frames of different sizes', async () => {
    await zip([
      ['1.png', await png(1)],
      ['2.png', await png(2, { width: 32, height: 25 })],
    ]);
    await expect(frames()).rejects.toMatchObject({
      code: 'FRAME_SIZE_MISMATCH',
      message: expect.stringContaining('2.png'),
    });
  });

  it('refuses a truncated frame, another file type behind the name, and a wrong checksum', async () => {
    const good = await png(1);
    const jpeg = await sharp({
      create: {
        width: 200,
        height: 200,
        channels: 3,
        background: 'red',
        noise: { type: 'gaussian', mean: 99, sigma: 50 },
      },
    })
      .jpeg()
      .toBuffer();
    await zip([['1.jpg', jpeg.subarray(0, jpeg.length / 2)]]);
    await expect(frames()).rejects.toMatchObject({ code: 'FRAME_CORRUPT' });
    await zip([['1.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')]]);
    await expect(frames()).rejects.toMatchObject({ code: 'FRAME_CORRUPT' });
    await zip([['1.png', good, { compress: false }]]);
    const bytes = await readFile(path);
    bytes[bytes.indexOf('IDAT') + 8]! ^= 1;
    await writeFile(path, bytes);
    await expect(frames()).rejects.toMatchObject({
      code: 'FRAME_CORRUPT',
      message: expect.stringContaining('checksum'),
    });
  });

  it('says what a zip without frames holds', async () => {
    await zip([
      ['clip/film.mp4', Buffer.from('x')],
      ['clip/notes.txt', Buffer.from('x')],
    ]);
    await expect(frames()).rejects.toMatchObject({
      code: 'ZIP_NO_FRAMES',
      message:
        'No .jpg, .jpeg or .png file was found. The zip holds clip/film.mp4, clip/notes.txt. Send film.mp4 itself, not in a zip.',
    });
  });

  it.each([
    ['none is a frame', [['a.txt', Buffer.from('x')]] as Files, 'ZIP_NO_FRAMES'],
    ['it is empty', [] as Files, 'ZIP_NO_FRAMES'],
    ['frames are of another format', [['1.bmp', Buffer.from('BM')]] as Files, 'ZIP_INVALID'],
    [
      'frames lie in two folders',
      [
        ['a/1.png', Buffer.alloc(1)],
        ['b/2.png', Buffer.alloc(1)],
      ] as Files,
      'ZIP_INVALID',
    ],
    [
      'two frames share a name',
      [
        ['1.jpeg', Buffer.alloc(1)],
        ['1.jpg', Buffer.alloc(1)],
      ] as Files,
      'ZIP_INVALID',
    ],
  ])('is refused when %s', async (_, files, code) => {
    await zip(files);
    await expect(frames()).rejects.toMatchObject({ code });
  });

  it('takes the pictures of a dataset and leaves its masks', async () => {
    await zip([
      ['DAVIS/JPEGImages/480p/bear/00000.jpg', await picture(9).jpeg().toBuffer()],
      ['DAVIS/Annotations/480p/bear/00000.png', await png(0)],
      ['DAVIS/Annotations/480p/bear/00001.png', await png(0)],
      ['DAVIS/ImageSets/480p/val.txt', Buffer.from('bear')],
    ]);
    expect((await frames()).map(({ name }) => name)).toEqual(['00000']);
  });

  it.each([
    [
      ['JPEGImages/bear/1.jpg', 'JPEGImages/camel/1.jpg', 'Annotations/bear/1.png'],
      'Pictures lie in several folders (JPEGImages/bear, JPEGImages/camel): ' +
        'zip the pictures of one of them alone, such as JPEGImages/bear, without masks.',
    ],
    [
      ['images/1.jpg', 'masks/1.png', '1.jpg', 'd/1.jpg'],
      'Pictures lie in several folders (images, masks, the top of the zip and 1 more): ' +
        'zip the frames of one video alone, without masks.',
    ],
  ])('says what to zip instead of %j', async (names, message) => {
    await zip(names.map((name) => [name, Buffer.alloc(1)]));
    await expect(frames()).rejects.toMatchObject({ code: 'ZIP_INVALID', message });
  });

  it.each([
    [['1.jpg', '2.jpg', 'mask.png'], 'mask.png is a PNG among 2 JPEG files.'],
    [['1.png', '2.png', 'preview.jpg'], 'preview.jpg is a JPEG among 2 PNG files.'],
    [['1.jpg', '1.png'], '1.png is a PNG among 1 JPEG files.'],
  ])('refuses both formats in %j', async (names, start) => {
    await zip(names.map((name) => [name, Buffer.alloc(1)]));
    await expect(frames()).rejects.toMatchObject({
      code: 'ZIP_MIXED_FORMATS',
      message: expect.stringContaining(start),
    });
  });

  describe('with stray bytes in a JPEG', () => {
    let good: Buffer;
    let pixels: Buffer;

    beforeAll(async () => {
      const background = { r: 0, g: 0, b: 0 };
      const noise = { type: 'gaussian', mean: 99, sigma: 50 } as const;
      good = await sharp({ create: { width: 64, height: 48, channels: 3, background, noise } })
        .jpeg()
        .toBuffer();
      await zip([['1.jpg', good]]);
      pixels = (await frames())[0]!.rgb;
    });

    const withBytes = (at: number, ...bytes: number[]): Buffer =>
      Buffer.concat([good.subarray(0, at), Buffer.from(bytes), good.subarray(at)]);

    it.each([
      ['behind the start', () => withBytes(2, 0, 1, 2)],
      ['between two segments', () => withBytes(good.indexOf(Buffer.from([0xff, 0xdb])), 7, 0, 9)],
      ['before the frame header', () => withBytes(good.indexOf(Buffer.from([0xff, 0xc0])), 1)],
      ['before the end', () => withBytes(good.length - 2, 0, 0, 0)],
      ['behind the end', () => withBytes(good.length, 1, 2, 3)],
    ])('decodes the same pixels: %s', async (_, make) => {
      await zip([['1.jpg', make()]]);
      expect((await frames())[0]!.rgb.equals(pixels)).toBe(true);
    });

    it.each([
      ['cut pixels', () => Buffer.concat([good.subarray(0, good.length * 0.7), Buffer.from([0xff, 0xd9])])],
      ['a cut file', () => good.subarray(0, good.length * 0.7)],
    ])('still refuses %s, with a message of one line', async (_, make) => {
      await zip([['1.jpg', make()]]);
      await expect(frames()).rejects.toMatchObject({
        code: 'FRAME_CORRUPT',
        message: expect.stringMatching(/^1\.jpg: [^\n]+$/),
      });
    });
  });

  it('is refused when it is cut short', async () => {
    await zip([['1.png', await png(1)]]);
    await writeFile(path, (await readFile(path)).subarray(0, -30));
    await expect(frames()).rejects.toMatchObject({ code: 'ZIP_INVALID' });
  });

  describe('limits', () => {
    it.each([
      ['entries', { maxZipEntries: 2 }, 'ZIP_TOO_LARGE'],
      ['frames', { maxFrames: 2 }, 'VIDEO_TOO_LONG'],
      ['bytes of one frame', { maxFrameFileBytes: 50 }, 'ZIP_TOO_LARGE'],
      ['bytes together', { maxInflatedBytes: 200 }, 'ZIP_TOO_LARGE'],
      ['side', { maxSide: 31 }, 'VIDEO_TOO_LARGE'],
    ] as const)('holds for %s', async (_, limit, code) => {
      await zip([
        ['1.png', await png(1)],
        ['2.png', await png(2)],
        ['3.png', await png(3)],
      ]);
      await expect(frames({ ...DEFAULT_VIDEO_LIMITS, ...limit })).rejects.toMatchObject({ code });
    });

    it('holds while inflating when the announced size is a lie', async () => {
      const zeros = Buffer.alloc(1 << 20);
      await zip([['1.png', zeros]]);
      const bytes = await readFile(path);
      // Uncompressed size in the central directory, 24 bytes behind its signature.
      bytes.writeUInt32LE(100, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 24);
      await writeFile(path, bytes);
      await expect(frames()).rejects.toMatchObject({ code: expect.stringMatching(/^(FRAME_CORRUPT|ZIP_INVALID)$/) });
    });
  });

  it('refuses a picture that announces more pixels than allowed', async () => {
    const bomb = await png(1);
    bomb.writeUInt32BE(60000, 16);
    bomb.writeUInt32BE(60000, 20);
    await zip([['1.png', bomb]]);
    await expect(frames()).rejects.toMatchObject({ code: expect.stringMatching(/^(VIDEO_TOO_LARGE|FRAME_CORRUPT)$/) });
  });

  it('ends when the signal fires', async () => {
    await zip([
      ['1.png', await png(1)],
      ['2.png', await png(2)],
    ]);
    const stop = new AbortController();
    const source = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    const iterator = source.frames(stop.signal)[Symbol.asyncIterator]();
    await iterator.next();
    stop.abort(new Error('cancelled'));
    await expect(iterator.next()).rejects.toThrow('cancelled');
  });
});
