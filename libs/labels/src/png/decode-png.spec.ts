import { deflateSync } from 'node:zlib';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { CodedError } from '@propago/contracts';
import { decodePng, PngImage } from './decode-png';
import { encodeIndexedPng } from './encode-indexed-png';
import { chunk, greyPng, handmadePng, header, SIGNATURE } from './handmade-png.fixture';

const LIMITS = { maxSide: 4096, maxPixels: 4096 * 4096 };
const PALETTE = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];

function codeOf(bytes: Uint8Array, limits = LIMITS): string {
  try {
    decodePng(bytes, limits);
    return 'decoded';
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** A small deterministic generator (mulberry32), 0 <= value < 1. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function toRgb(image: PngImage): Buffer {
  const rgb = Buffer.alloc(image.width * image.height * 3);
  image.samples.forEach((index, i) => {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = image.palette![3 * index + c];
  });
  return rgb;
}

/** Colourful blobs with few colours, so that quantising to a palette keeps several of them. */
async function colours(width: number, height: number): Promise<Buffer> {
  const rgb = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    rgb.set([(x * 7) & 0xe0, (y * 11) & 0xc0, ((x + y) * 5) & 0x80], 3 * i);
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe('decodePng', () => {
  /** A tag list as cameras write it, little-endian or big-endian. */
  const exif = (order: 'II' | 'MM', orientation: number): Buffer => {
    const words = (value: number, bytes: number): Buffer => {
      const out = Buffer.alloc(bytes);
      if (order === 'II') out.writeUIntLE(value, 0, bytes);
      else out.writeUIntBE(value, 0, bytes);
      return out;
    };
    const tag = [words(0x112, 2), words(3, 2), words(1, 4), words(orientation, 2), words(0, 2)];
    return Buffer.concat([Buffer.from(order), words(42, 2), words(8, 4), words(1, 2), ...tag, words(0, 4)]);
  };
  const withExif = (data: Buffer): Buffer => {
    const png = greyPng(2, [0, 1, 1, 0]);
    return Buffer.concat([png.subarray(0, 33), chunk('eXIf', data), png.subarray(33)]);
  };

  it('refuses a picture that says it is turned', async () => {
    for (const order of ['II', 'MM'] as const) {
      expect(codeOf(withExif(exif(order, 1)))).toBe('decoded');
      for (let orientation = 2; orientation <= 8; orientation++) {
        expect(codeOf(withExif(exif(order, orientation)))).toBe('MASK_ORIENTATION');
      }
    }
    const written = sharp(greyPng(2, [0, 1, 1, 0])).withMetadata({ orientation: 6 });
    expect(codeOf(await written.png().toBuffer())).toBe('MASK_ORIENTATION');
  });

  it('takes EXIF data that say nothing of it, or nothing that can be read', () => {
    const list = exif('II', 6);
    const beyond = Buffer.from(list);
    beyond.writeUInt32LE(4000, 4);
    for (const data of [Buffer.alloc(0), Buffer.from('II'), list.subarray(0, 16), beyond, exif('MM', 9)]) {
      expect(codeOf(withExif(data))).toBe('decoded');
    }
  });

  it.each([
    [2, false],
    [4, false],
    [16, false],
    [256, false],
    [2, true],
    [4, true],
    [16, true],
    [256, true],
  ])('decodes a palette PNG of %i colours written by libvips, interlaced: %s', async (count, progressive) => {
    const source = await colours(61, 37);
    const png = await sharp(source).png({ palette: true, colours: count, progressive, dither: 0 }).toBuffer();
    const image = decodePng(png, LIMITS);
    expect(image).toMatchObject({ width: 61, height: 37, kind: 'palette', bitDepth: Math.log2(count) });
    expect(toRgb(image)).toEqual(await sharp(png).removeAlpha().raw().toBuffer());
  });

  it.each([
    [1, 'b-w', false],
    [1, 'b-w', true],
    [3, 'srgb', false],
    [3, 'srgb', true],
    [4, 'srgb', true],
  ] as const)(
    'decodes %i-channel samples (%s) with adaptive filters, interlaced: %s',
    async (channels, space, progressive) => {
      const next = random(channels);
      const raw = Buffer.from(Uint8Array.from({ length: 43 * 29 * channels }, (_, i) => (i % 90) + next() * 40));
      const png = await sharp(raw, { raw: { width: 43, height: 29, channels } })
        .toColourspace(space)
        .png({ adaptiveFiltering: true, progressive })
        .toBuffer();
      const image = decodePng(png, LIMITS);
      expect(image.channels).toBe(channels);
      expect(Buffer.from(image.samples)).toEqual(raw);
    },
  );

  it('undoes each filter', () => {
    const scanlines = [...[0, 10, 20, 30], ...[1, 5, 5, 5], ...[2, 1, 1, 1], ...[3, 10, 10, 10], ...[4, 1, 1, 1]];
    const image = decodePng(handmadePng({ width: 3, height: 5, bitDepth: 8, colourType: 0, scanlines }), LIMITS);
    expect([...image.samples]).toEqual([10, 20, 30, 5, 10, 15, 6, 11, 16, 13, 22, 29, 14, 23, 30]);
  });

  it('keeps 1, 2 and 4-bit grey samples unscaled', () => {
    const samples = (bitDepth: number, byte: number): number[] => [
      ...decodePng(handmadePng({ width: 2, height: 1, bitDepth, colourType: 0, scanlines: [0, byte] }), LIMITS).samples,
    ];
    expect(samples(1, 0b01000000)).toEqual([0, 1]);
    expect(samples(2, 0b10110000)).toEqual([2, 3]);
    expect(samples(4, 0xe7)).toEqual([14, 7]);
  });

  it('decodes interlaced images smaller than one Adam7 block', async () => {
    for (const [width, height] of [
      [1, 1],
      [2, 1],
      [1, 5],
      [3, 3],
      [5, 2],
    ]) {
      const raw = Buffer.from(Array.from({ length: width * height }, (_, i) => i * 9));
      const png = await sharp(raw, { raw: { width, height, channels: 1 } })
        .toColourspace('b-w')
        .png({ progressive: true })
        .toBuffer();
      expect(Buffer.from(decodePng(png, LIMITS).samples)).toEqual(raw);
    }
  });

  it('joins image data that is split over many chunks', () => {
    const packed = deflateSync(Uint8Array.of(0, 1, 2, 0, 3, 4));
    const parts = [...packed].map((byte) => chunk('IDAT', Uint8Array.of(byte)));
    const png = Buffer.concat([
      SIGNATURE,
      header({ width: 2, height: 2, bitDepth: 8, colourType: 0 }),
      ...parts,
      chunk('IEND', Buffer.alloc(0)),
    ]);
    expect([...decodePng(png, LIMITS).samples]).toEqual([1, 2, 3, 4]);
  });

  it('refuses 16 bits per sample, which a mask of 300 classes would need', () => {
    expect(codeOf(handmadePng({ width: 1, height: 1, bitDepth: 16, colourType: 0, scanlines: [0, 1, 44] }))).toBe(
      'MASK_BIT_DEPTH',
    );
  });

  it('refuses what is not a PNG', () => {
    expect(codeOf(new Uint8Array(0))).toBe('MASK_NOT_PNG');
    expect(codeOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46]))).toBe('MASK_NOT_PNG');
  });

  it('refuses a large image from its header alone', () => {
    const bomb = Buffer.concat([SIGNATURE, header({ width: 50000, height: 50000, bitDepth: 1, colourType: 0 })]);
    expect(codeOf(bomb)).toBe('MASK_TOO_LARGE');
    expect(codeOf(greyPng(3, [0, 0, 0]), { maxSide: 10, maxPixels: 2 })).toBe('MASK_TOO_LARGE');
    expect(codeOf(greyPng(3, [0, 0, 0]), { maxSide: 2, maxPixels: 10 })).toBe('MASK_TOO_LARGE');
  });

  it('refuses image data that inflates to more than the size needs', () => {
    const scanlines = new Uint8Array(50_000_000);
    expect(codeOf(handmadePng({ width: 4, height: 4, bitDepth: 8, colourType: 0, scanlines }))).toBe('MASK_CORRUPT');
  });

  it('refuses a header that promises more than its image data can hold', () => {
    const image = { width: 4096, height: 4096, bitDepth: 8, colourType: 0 };
    expect(codeOf(handmadePng({ ...image, scanlines: [0] }))).toBe('MASK_CORRUPT');
  });

  const grey = { width: 1, height: 1, bitDepth: 8, colourType: 0 };
  const data = chunk('IDAT', deflateSync(Uint8Array.of(0, 7)));
  const end = chunk('IEND', Buffer.alloc(0));
  it.each([
    ['no header', [data, end]],
    ['two headers', [header(grey), header(grey), data, end]],
    ['no image data', [header(grey), end]],
    ['no end', [header(grey), data]],
    ['a size of zero', [header({ ...grey, width: 0 }), data, end]],
    ['a depth that does not exist', [header({ ...grey, bitDepth: 3 }), data, end]],
    ['a palette kind without a palette', [header({ ...grey, colourType: 3 }), data, end]],
    ['a palette of half a colour', [header({ ...grey, colourType: 3 }), chunk('PLTE', Uint8Array.of(1, 2)), data, end]],
    [
      'a palette after the image data',
      [header({ ...grey, colourType: 3 }), data, chunk('PLTE', Uint8Array.of(1, 2, 3)), end],
    ],
    ['interrupted image data', [header(grey), data, chunk('tEXt', Uint8Array.of(65)), data, end]],
    ['an unknown chunk that must be understood', [header(grey), chunk('ABCD', Uint8Array.of(1)), data, end]],
    ['an unknown filter', [header(grey), chunk('IDAT', deflateSync(Uint8Array.of(9, 7))), end]],
    ['too little image data', [header({ ...grey, height: 2 }), data, end]],
    ['image data that is not deflated', [header(grey), chunk('IDAT', Uint8Array.of(1, 2, 3)), end]],
  ])('refuses a PNG with %s', (_, chunks) => {
    expect(codeOf(Buffer.concat([SIGNATURE, ...chunks]))).toBe('MASK_CORRUPT');
  });

  it('ignores chunks that need not be understood', () => {
    const chunks = [header(grey), chunk('gAMA', Buffer.alloc(4)), data, chunk('tIME', Buffer.alloc(7)), end];
    expect([...decodePng(Buffer.concat([SIGNATURE, ...chunks]), LIMITS).samples]).toEqual([7]);
  });

  it('answers every truncation with a coded error', () => {
    const png = encodeIndexedPng({
      width: 9,
      height: 5,
      indices: new Uint8Array(45).fill(1),
      palette: Uint8Array.from(PALETTE),
    });
    for (let length = 0; length < png.length; length++) {
      expect(codeOf(png.subarray(0, length))).toBe(length < 8 ? 'MASK_NOT_PNG' : 'MASK_CORRUPT');
    }
  });

  it('answers damaged bytes, with checksums made right again, with a coded error or an image of the stated size', async () => {
    const next = random(11);
    const sources = [
      await sharp(await colours(40, 30))
        .png({ palette: true, colours: 16, progressive: true })
        .toBuffer(),
      await sharp(await colours(40, 30))
        .png({ adaptiveFiltering: true })
        .toBuffer(),
    ];
    let refused = 0;
    for (let round = 0; round < 1500; round++) {
      const png = Buffer.from(sources[round % 2]);
      const bodies: { at: number; length: number; type: string }[] = [];
      for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
        bodies.push({ at, length: png.readUInt32BE(at), type: png.toString('latin1', at + 4, at + 8) });
      }
      const { at, length, type } = bodies[Math.floor(next() * bodies.length)];
      if (length > 0) png[at + 8 + Math.floor(next() * length)] ^= 1 << Math.floor(next() * 8);
      png.set(chunk(type, png.subarray(at + 8, at + 8 + length)).subarray(-4), at + 8 + length);
      try {
        const image = decodePng(png, LIMITS);
        expect(image.samples).toHaveLength(image.width * image.height * image.channels);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(500);
  });

  it('detects every single damaged bit of a file by its checksums', () => {
    const png = encodeIndexedPng({
      width: 5,
      height: 3,
      indices: new Uint8Array(15).fill(2),
      palette: Uint8Array.from(PALETTE),
    });
    for (let bit = 0; bit < png.length * 8; bit++) {
      const damaged = Buffer.from(png);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      expect(codeOf(damaged)).not.toBe('decoded');
    }
  });

  const osvos = resolve(__dirname, '../../../../../shared/data/davis2017-osvos-results/india');
  const present = existsSync(osvos);
  (present ? it : it.skip)(
    `decodes real DAVIS masks as libpng does${present ? '' : ' (skipped: ../shared is absent)'}`,
    async () => {
      for (const name of readdirSync(osvos).slice(0, 5)) {
        const png = readFileSync(join(osvos, name));
        expect(toRgb(decodePng(png, LIMITS)).equals(await sharp(png).removeAlpha().raw().toBuffer())).toBe(true);
      }
    },
  );
});
