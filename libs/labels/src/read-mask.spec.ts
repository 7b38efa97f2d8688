import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { CodedError } from '@propago/contracts';
import { VOC_PALETTE } from './palette';
import { encodeIndexedPng } from './png/encode-indexed-png';
import { greyPng, handmadePng } from './png/handmade-png.fixture';
import { readLabels, readMask } from './read-mask';

const LIMITS = { maxSide: 4096, maxPixels: 4096 * 4096, maxClasses: 64 };

function refusal(bytes: Uint8Array, limits = LIMITS): { code: string; message: string } {
  try {
    readMask(bytes, limits);
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'read', message: '' };
}

const indexed = (width: number, indices: number[]): Buffer =>
  encodeIndexedPng({ width, height: indices.length / width, indices: Uint8Array.from(indices), palette: VOC_PALETTE });

const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('readMask', () => {
  it('takes the index of a palette PNG as the class and void as background', () => {
    const mask = readMask(indexed(3, [0, 1, 255, 7, 7, 0]), LIMITS);
    expect(mask).toMatchObject({ width: 3, height: 2, classIds: [1, 7] });
    expect([...mask.labels]).toEqual([0, 1, 0, 7, 7, 0]);
    expect([...mask.palette!]).toEqual([...VOC_PALETTE]);
  });

  it.each([
    ['0 and 255', [0, 255, 255, 0], 1],
    ['0 and 1', [0, 1, 1, 0], 1],
    ['0 and 7', [0, 7, 7, 0], 7],
    ['0 and 40', [0, 40, 40, 0], 40],
  ])('reads a grey mask of %s as one class, whose id is kept unless it is white', (_, pixels, id) => {
    const mask = readMask(greyPng(2, pixels), LIMITS);
    expect([...mask.labels]).toEqual([0, id, id, 0]);
    expect(mask).toMatchObject({ classIds: [id], palette: null });
  });

  it('reads a palette mask of 0 and 255 as a grey one of 0 and 255', () => {
    const pixels = [0, 255, 255, 0];
    expect(readMask(indexed(2, pixels), LIMITS)).toEqual(readMask(greyPng(2, pixels), LIMITS));
  });

  it('reads a 1-bit grey mask', () => {
    const png = handmadePng({ width: 4, height: 1, bitDepth: 1, colourType: 0, scanlines: [0, 0b01100000] });
    expect([...readMask(png, LIMITS).labels]).toEqual([0, 1, 1, 0]);
  });

  it('reads a grey mask that is all foreground', () => {
    expect([...readMask(greyPng(2, [255, 255]), LIMITS).labels]).toEqual([1, 1]);
  });

  it('reads consecutive small grey values as class ids', () => {
    const mask = readMask(greyPng(2, [0, 1, 2, 3, 0, 0]), LIMITS);
    expect([...mask.labels]).toEqual([0, 1, 2, 3, 0, 0]);
    expect(mask.classIds).toEqual([1, 2, 3]);
  });

  it('refuses an anti-aliased grey mask, counting its values and saying what to do', () => {
    const { code, message } = refusal(greyPng(4, [0, 0, 31, 200, 255, 255, 90, 0]));
    expect(code).toBe('MASK_NOT_BINARY');
    expect(message).toContain('5 values from 0 to 255');
    expect(message).toContain('threshold');
  });

  it('refuses two grey values without a zero, naming them', () => {
    const { code, message } = refusal(greyPng(2, [3, 250]));
    expect(code).toBe('MASK_NOT_BINARY');
    expect(message).toContain('3 and 250');
  });

  it('takes the greys of a 2-bit image for shades', () => {
    const png = handmadePng({ width: 4, height: 1, bitDepth: 2, colourType: 0, scanlines: [0, 0b00011011] });
    expect(refusal(png).code).toBe('MASK_NOT_BINARY');
  });

  it('reads a black and white mask that an editor saved as RGBA', async () => {
    const raw = Buffer.from([0, 0, 0, 255, 255, 255, 255, 255]);
    const png = await sharp(raw, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...readMask(png, LIMITS).labels]).toEqual([0, 1]);
  });

  it.each([
    ['black', greyPng(2, [0, 0])],
    ['all background', indexed(2, [0, 0])],
    ['all void', indexed(2, [255, 255])],
  ])('refuses a mask that is %s', (_, png) => {
    expect(refusal(png).code).toBe('MASK_EMPTY');
    expect(readLabels(png, LIMITS).classIds).toEqual([]);
  });

  it('refuses more classes than allowed, saying how many there are', () => {
    expect(refusal(indexed(201, range(201)))).toEqual({
      code: 'MASK_TOO_MANY_CLASSES',
      message: 'The mask has 200 classes; at most 64 are accepted.',
    });
    expect(refusal(indexed(65, range(65))).code).toBe('read');
    expect(refusal(greyPng(5, range(5)), { ...LIMITS, maxClasses: 3 }).code).toBe('MASK_TOO_MANY_CLASSES');
  });

  it.each([
    ['ids that fit a byte', [0, 0, 0, 1, 0, 7], [0, 1, 7]],
    ['black and white', [0, 0, 255, 255, 255, 255], [0, 1, 1]],
    ['8-bit ids that were widened', [0, 0, 3, 3, 5, 5], [0, 3, 5]],
  ])('reads 16-bit grey with %s', (_, bytes, labels) => {
    const png = handmadePng({ width: 3, height: 1, bitDepth: 16, colourType: 0, scanlines: [0, ...bytes] });
    expect([...readMask(png, LIMITS).labels]).toEqual(labels);
  });

  it('refuses 16 bits whose values do not fit a byte, naming the highest', () => {
    const png = handmadePng({ width: 1, height: 1, bitDepth: 16, colourType: 0, scanlines: [0, 1, 44] });
    expect(refusal(png)).toMatchObject({ code: 'MASK_BIT_DEPTH', message: expect.stringContaining('up to 300') });
  });

  it('passes on what the decoder refuses', () => {
    expect(refusal(Buffer.from('GIF89a..')).code).toBe('MASK_NOT_PNG');
    expect(refusal(greyPng(2, [0, 1]), { ...LIMITS, maxSide: 1 }).code).toBe('MASK_TOO_LARGE');
    expect(refusal(greyPng(2, [0, 1]).subarray(0, 40)).code).toBe('MASK_CORRUPT');
  });

  const data = resolve(__dirname, '../../../../shared/data');
  const present = existsSync(data);
  (present ? it : it.skip)(
    `reads the masks of the DAVIS data sets${present ? '' : ' (skipped: ../shared is absent)'}`,
    () => {
      const read = (path: string) => readMask(readFileSync(resolve(data, path)), LIMITS);
      const davis2016 = read('davis2016-dev/Annotations/480p/blackswan/00000.png');
      expect(davis2016).toMatchObject({ width: 854, height: 480, classIds: [1], palette: null });
      expect(read('dogs-jump/Annotations/00000.png')).toMatchObject({ width: 432, height: 240, classIds: [1, 2, 3] });
      expect(read('judo-late-objects/Annotations/00005.png')).toMatchObject({ width: 853, height: 480 });
    },
  );
});
