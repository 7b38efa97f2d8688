import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CodedError } from '@propago/contracts';
import sharp from 'sharp';
import {
  antiAliased,
  grey,
  GREY_RAMP,
  palettePng,
  picture,
  type Picture,
  samplesPng,
  squares,
} from './mask-pictures.fixture';
import { VOC_PALETTE } from './palette';
import { decodePng } from './png/decode-png';
import { readLabels, readMask } from './read-mask';
import { shadesIn } from './shades';

const LIMITS = { maxSide: 4096, maxPixels: 4096 * 4096, maxClasses: 64 };

function refusal(png: Uint8Array): { code: string; message: string } {
  try {
    readMask(png, LIMITS);
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'read', message: '' };
}

const range = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);
const DRAWN = { disc: '<circle cx="40" cy="45" r="23"/>', box: '<rect x="21.3" y="17.2" width="44" height="51.7"/>' };
const SHAPES = {
  ...DRAWN,
  star: '<path d="M50 5 61 39 97 39 68 60 79 95 50 74 21 95 32 60 3 39 39 39z"/>',
  line: '<path d="M8 10 90 71 91.5 69 9.5 8z"/>',
  dots: '<circle cx="20" cy="20" r="4"/><circle cx="70" cy="30" r="3"/><circle cx="40" cy="80" r="6"/>',
};

describe('an anti-aliased mask', () => {
  const kernels = ['linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'] as const;
  const cases = Object.keys(SHAPES).flatMap((name) =>
    kernels.flatMap((kernel) => [2, 2.7].map((scale) => [name, kernel, scale] as const)),
  );

  it.each(cases)(
    'of a %s made small by %s, 1:%d, is refused as grey, palette, RGB and RGBA',
    async (name, kernel, scale) => {
      for (const size of [
        { width: 64, height: 48 },
        { width: 128, height: 96 },
      ]) {
        const soft = await antiAliased(SHAPES[name as keyof typeof SHAPES], size, kernel, scale);
        const codes = [
          grey(soft),
          palettePng(soft, GREY_RAMP),
          samplesPng(soft, 2, (value) => [value, value >> 3, 0]),
          samplesPng(soft, 6, (value) => [255, 0, 0, value]),
        ].map((png) => refusal(png).code);
        expect(codes).toEqual(['MASK_NOT_BINARY', 'MASK_NOT_BINARY', 'MASK_COLOUR', 'MASK_COLOUR']);
      }
    },
  );

  it('is told how it becomes one that is accepted, whether it shows one object or several', async () => {
    const soft = await antiAliased(SHAPES.disc, { width: 64, height: 48 }, 'cubic', 3);
    for (const png of [grey(soft), palettePng(soft, GREY_RAMP)]) {
      expect(refusal(png).message).toMatch(/along edges.*threshold.*255 \* \(v > 127\).*keep the ids.*nearest/s);
    }
  });

  it('whose one shade lies along a straight edge is refused too', () => {
    const soft = picture(40, 30, (x, y) => (y < 10 || x > 30 ? 0 : y === 10 ? 128 : 255));
    expect(refusal(palettePng(soft, GREY_RAMP)).code).toBe('MASK_NOT_BINARY');
    expect(refusal(grey(soft)).code).toBe('MASK_NOT_BINARY');
  });
});

describe('a label map', () => {
  /** Cells around random points: touching areas of all sizes. */
  function cells(count: number, size: number, seed: number): Picture {
    let state = seed;
    const next = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    const points = range(count).map(() => [next() * size, next() * size] as const);
    return picture(size, size, (x, y) => {
      const distances = points.map(([px, py]) => (px - x) ** 2 + (py - y) ** 2);
      return distances.indexOf(Math.min(...distances));
    });
  }

  it.each([3, 9, 30, 65])('of %d touching areas is read whatever its palette', (count) => {
    for (const seed of range(4, 7)) {
      const map = cells(count, 64, seed);
      for (const palette of [
        VOC_PALETTE,
        GREY_RAMP,
        GREY_RAMP.map((v) => (v * 3) % 256),
        GREY_RAMP.map((v) => 255 - v),
      ]) {
        const read = readMask(palettePng(map, palette), LIMITS);
        expect(Buffer.from(read.labels).equals(map.values)).toBe(true);
      }
    }
  });

  it.each([
    ['with a gap', squares([1, 3])],
    ['with high ids', squares([1, 5, 200])],
    ['without background', squares([2], 1)],
    ['of one id without background', squares([9], 9)],
    ['of 64 ids', squares(range(64))],
    ['of keypoints, one or two pixels each', squares([3, 9, 20, 21, 60], 0, 1)],
  ])('%s in grey keeps its ids', (_, map) => {
    const ids = [...new Set(map.values)].sort((a, b) => a - b).filter((id) => id !== 0);
    for (const png of [grey(map), samplesPng(map, 2, (id) => [id, id, id]), samplesPng(map, 4, (id) => [id, 255])]) {
      const read = readMask(png, LIMITS);
      expect(read.classIds).toEqual(ids);
      expect(Buffer.from(read.labels).equals(map.values)).toBe(true);
    }
  });

  it('in grey with 255 beside small ids has void there', () => {
    const read = readMask(grey(squares([1, 2, 255])), LIMITS);
    expect(read.classIds).toEqual([1, 2]);
    expect(read.labels.includes(255)).toBe(false);
  });

  it.each([
    ['of 66 ids', squares(range(66))],
    ['of 70 ids with gaps', squares(range(70).map((id) => 2 * id))],
  ])('%s is refused for its number of classes, not as shades', (_, map) => {
    for (const png of [grey(map), palettePng(map, VOC_PALETTE), palettePng(map, GREY_RAMP)]) {
      expect(refusal(png).code).toBe('MASK_TOO_MANY_CLASSES');
    }
  });

  it('in greys with 255 beside high ids is refused: it may be void or an object, and both ways out are named', () => {
    const { code, message } = refusal(grey(squares([85, 170, 255])));
    expect(code).toBe('MASK_NOT_BINARY');
    expect(message).toMatch(/4 values from 0 to 255: 255 may be void or an object.*keep the ids/s);
  });

  it('whose objects have an outline as a class of its own is read', () => {
    const map = picture(
      40,
      40,
      (x, y) => [1, 2, 2, 0][Math.min(3, Math.max(0, Math.floor(Math.hypot(x - 20, y - 20)) - 8))]!,
    );
    for (const png of [grey(map), palettePng(map, VOC_PALETTE), palettePng(map, GREY_RAMP)]) {
      expect(readMask(png, LIMITS).classIds).toEqual([1, 2]);
    }
  });

  const data = resolve(__dirname, '../../../../shared/data');
  const present = existsSync(data);
  (present ? it : it.skip)(
    `of a real data set has no value that lies as a shade does${present ? '' : ' (skipped: ../shared is absent)'}`,
    () => {
      const folders = ['dogs-jump/Annotations', 'judo-late-objects/Annotations', 'pumavos-chair/Annotations'];
      for (const name of ['india', 'gold-fish', 'soapbox', 'judo', 'bmx-trees', 'horsejump-high']) {
        folders.push(`davis2017-osvos-results/${name}`);
      }
      for (const file of folders.flatMap((folder) =>
        readdirSync(join(data, folder)).map((name) => join(data, folder, name)),
      )) {
        const { samples, width, height } = decodePng(readFileSync(file), LIMITS);
        expect([...shadesIn({ values: samples, width, height })]).toEqual([]);
      }
    },
  );
});

describe('a colour mask', () => {
  const COLOURS = [
    [0, 0, 0],
    [255, 0, 0],
    [0, 200, 40],
    [60, 60, 255],
  ];
  const colour = (value: number): number[] => COLOURS[value]!;

  it('of flat colours on black has a class for each, in the order of their values, and keeps the colours', () => {
    const read = readMask(samplesPng(squares([1, 2, 3]), 2, colour), LIMITS);
    expect(read.classIds).toEqual([1, 2, 3]);
    expect([...read.palette!]).toEqual([0, 0, 0, 0, 200, 40, 60, 60, 255, 255, 0, 0]);
    const idOf = new Map([[0, 0], [2, 1], [3, 2], [1, 3]]); // prettier-ignore
    expect([...read.labels]).toEqual([...squares([1, 2, 3]).values].map((value) => idOf.get(value)));
  });

  it('gives the same colour the same id wherever it lies', () => {
    const ids = [squares([1, 2, 3]), squares([3, 1, 2]), squares([2, 3, 1])].map((map) => {
      const read = readMask(samplesPng(map, 2, colour), LIMITS);
      return [1, 2, 3].map((value) => read.labels[map.values.indexOf(value)]);
    });
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
  });

  it('without black has the most usual colour of its border as background', () => {
    const read = readMask(
      samplesPng(
        squares([1, 2]),
        2,
        (value) =>
          [
            [250, 250, 240],
            [9, 9, 200],
            [200, 9, 9],
          ][value]!,
      ),
      LIMITS,
    );
    expect([...read.palette!]).toEqual([250, 250, 240, 9, 9, 200, 200, 9, 9]);
    expect([...read.labels]).toEqual([...squares([1, 2]).values]);
  });

  it('in the colours of PASCAL VOC has the ids of that palette, void included', () => {
    const map = squares([5, 2, 17, 255]);
    const read = readMask(
      samplesPng(map, 2, (id) => [...VOC_PALETTE.subarray(3 * id, 3 * id + 3)]),
      LIMITS,
    );
    expect(read).toMatchObject({ classIds: [2, 5, 17], palette: null });
    expect([...read.labels]).toEqual([...map.values].map((id) => (id === 255 ? 0 : id)));
  });

  it('of too many flat colours is refused for their number, a photograph for what it is', () => {
    const many = squares(range(70));
    expect(refusal(samplesPng(many, 2, (value) => [value * 3, 0, 255 - value * 3])).code).toBe('MASK_TOO_MANY_CLASSES');
    const photograph = picture(120, 90, (x, y) => (x * 37 + y * 91 + ((x * y) >> 3)) % 256);
    const { code, message } = refusal(samplesPng(photograph, 2, (value) => [value, (value * 7) % 256, 255 - value]));
    expect(code).toBe('MASK_COLOUR');
    expect(message).toContain('flat');
  });
});

describe('a picture whose colours a program reduced to a palette', () => {
  const disc = picture(60, 40, (x, y) => (Math.hypot(x - 30, y - 20) < 12 ? 255 : 0));

  it('is read by its colours when it is black and white, whichever comes first', async () => {
    const white = grey(disc);
    const reduced = await sharp(samplesPng(disc, 2, (value) => [value, value, value]))
      .png({ palette: true })
      .toBuffer();
    // libvips puts white first here: by its indices, the mask would be inverted.
    expect([...decodePng(reduced, LIMITS).palette!]).toEqual([255, 255, 255, 0, 0, 0]);
    expect(readMask(reduced, LIMITS)).toEqual(readMask(white, LIMITS));
  });

  it('has a class for each of its colours, as before it was reduced', () => {
    const map = squares([1, 2, 3]);
    const colours = [[0, 0, 0], [255, 0, 0], [0, 200, 40], [60, 60, 255]]; // prettier-ignore
    const order = [2, 0, 3, 1];
    const reduced = palettePng(
      { ...map, values: map.values.map((value) => order.indexOf(value)) },
      Uint8Array.from(order.flatMap((value) => colours[value]!)),
    );
    expect(readMask(reduced, LIMITS)).toEqual(
      readMask(
        samplesPng(map, 2, (value) => colours[value]!),
        LIMITS,
      ),
    );
  });

  it('keeps its indices when black comes first, or when the palette has colours that it does not use', () => {
    const map = squares([1, 2]);
    const blackFirst = Uint8Array.of(0, 0, 0, 255, 255, 255, 9, 9, 99);
    const unused = Uint8Array.of(255, 255, 255, 0, 0, 0, 9, 9, 99, 1, 2, 3);
    for (const palette of [blackFirst, unused]) {
      expect([...readMask(palettePng(map, palette), LIMITS).labels]).toEqual([...map.values]);
    }
  });
});

describe('a mask with transparency', () => {
  const disc = picture(40, 30, (x, y) => (Math.hypot(x - 20, y - 15) < 9 ? 1 : 0));

  it.each([
    ['red RGBA', 6, [255, 0, 0, 255], [0, 0, 0, 0], [0, 0, 0, 255, 0, 0]],
    ['white RGBA whose hidden pixels are white', 6, [255, 255, 255, 255], [255, 255, 255, 0], null],
    ['black RGBA', 6, [0, 0, 0, 255], [0, 0, 0, 0], null],
    ['grey with alpha', 4, [90, 255], [90, 0], null],
  ] as const)('that shows one colour (%s) is an object where it is visible', (_, type, shown, hidden, palette) => {
    const read = readMask(
      samplesPng(disc, type, (value) => [...(value ? shown : hidden)]),
      LIMITS,
    );
    expect([...read.labels]).toEqual([...disc.values]);
    expect(read.palette && [...read.palette]).toEqual(palette);
  });

  it('that shows a photograph cut out is an object where it is visible', () => {
    let noise = 1;
    const pixel = (): number => (noise = (noise * 16807) % 2147483647) % 256;
    const read = readMask(
      samplesPng(disc, 6, (value) => [pixel(), pixel(), pixel(), 255 * value]),
      LIMITS,
    );
    expect([...read.labels]).toEqual([...disc.values]);
  });

  it('that shows several flat colours has a class for each, black and transparent being background', () => {
    const pixels = [[9, 9, 9, 0], [255, 0, 0, 255], [0, 0, 255, 255], [0, 0, 0, 255]]; // prettier-ignore
    const map = squares([1, 2, 3]);
    const read = readMask(
      samplesPng(map, 6, (value) => pixels[value]!),
      LIMITS,
    );
    expect([...read.labels]).toEqual([...map.values].map((value) => [0, 2, 1, 0][value]));
  });

  it('that shows nothing is empty', () => {
    expect(refusal(samplesPng(disc, 6, () => [255, 0, 0, 0])).code).toBe('MASK_EMPTY');
    expect(
      readLabels(
        samplesPng(disc, 4, () => [255, 0]),
        LIMITS,
      ).classIds,
    ).toEqual([]);
  });

  it('of soft edges is refused, saying how they become hard', () => {
    const { code, message } = refusal(samplesPng(disc, 6, (value) => [255, 255, 255, value ? 255 : 90]));
    expect(code).toBe('MASK_COLOUR');
    expect(message).toContain("getchannel('A')");
  });
});

describe('a file of another kind', () => {
  it.each([
    ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), /a JPEG picture.*changes values/],
    ['GIF', Buffer.from('GIF89a'), /a GIF picture.*save it as PNG/],
    ['BMP', Buffer.from('BM6\0\0\0'), /a BMP picture.*save it as PNG/],
    ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 '), /a WebP picture/],
    ['TIFF', Buffer.from('II*\0\x08'), /a TIFF picture/],
    ['LabelMe', Buffer.from('{"version": "5.0", "shapes": []}'), /JSON.*as annotations/],
    ['COCO with a byte-order mark', Buffer.from('\ufeff\n [{"segmentation": []}]'), /JSON.*as annotations/],
    ['CVAT', Buffer.from('<?xml version="1.0"?><annotations/>'), /XML/],
    ['mp4', Buffer.from('\0\0\0\x20ftypisom'), /exchanged/],
    ['nothing', Buffer.alloc(0), /empty file/],
    ['text', Buffer.from('hello'), /does not start with the PNG signature/],
  ])('(%s) is refused by its name', (_, file, message) => {
    expect(refusal(file)).toMatchObject({ code: 'MASK_NOT_PNG', message: expect.stringMatching(message) });
  });
});
