import { CodedError } from '@propago/contracts';
import { VOC_PALETTE } from './palette';
import { decodePng } from './png/decode-png';
import { encodeIndexedPng } from './png/encode-indexed-png';
import { handmadePng } from './png/handmade-png.fixture';
import { passesOf } from './png/scanlines';
import { readLabels, readStoredMask } from './read-mask';

const LIMITS = { maxSide: 4096, maxPixels: 4096 * 4096, maxClasses: 64 };
const REFUSALS = ['MASK_NOT_BINARY', 'MASK_COLOUR', 'MASK_BIT_DEPTH', 'MASK_TOO_MANY_CLASSES'];
const KINDS = [
  { colourType: 0, channels: 1, depths: [1, 2, 4, 8, 16] },
  { colourType: 2, channels: 3, depths: [8, 16] },
  { colourType: 3, channels: 1, depths: [1, 2, 4, 8] },
  { colourType: 4, channels: 2, depths: [8, 16] },
  { colourType: 6, channels: 4, depths: [8, 16] },
];

/** A small deterministic generator, 0 <= value < 1. */
function random(seed: number): () => number {
  let state = seed + 1;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

interface Samples {
  width: number;
  height: number;
  channels: number;
  bitDepth: number;
  /** height x width x channels. */
  samples: number[];
}

/** A PNG of any kind, with or without Adam7, each row behind a filter byte of 0. */
function png({ width, height, channels, bitDepth, samples }: Samples, colourType: number, interlace: 0 | 1): Buffer {
  const scanlines: number[] = [];
  for (const pass of passesOf({ width, height, bitDepth, colourType, interlaced: interlace === 1 })) {
    for (let y = 0; y < pass.height; y++) {
      let bits = '';
      for (let x = 0; x < pass.width; x++) {
        const pixel = (pass.top + y * pass.stepY) * width + pass.left + x * pass.stepX;
        for (let c = 0; c < channels; c++) bits += samples[pixel * channels + c].toString(2).padStart(bitDepth, '0');
      }
      scanlines.push(0);
      for (let at = 0; at < bits.length; at += 8) scanlines.push(parseInt(bits.slice(at, at + 8).padEnd(8, '0'), 2));
    }
  }
  const palette = colourType === 3 ? [...VOC_PALETTE] : undefined;
  return handmadePng({ width, height, bitDepth, colourType, interlace, palette, scanlines });
}

/** Samples as pictures have them: areas of few pixels' values, with more or less noise. */
function anySamples(next: () => number, channels: number, bitDepth: number): Samples {
  const [width, height] = [1 + Math.floor(next() * 30), 1 + Math.floor(next() * 30)];
  const top = 2 ** (next() < 0.5 ? Math.min(bitDepth, 8) : bitDepth);
  const value = (): number => (next() < 0.3 ? (next() < 0.5 ? 0 : top - 1) : Math.floor(next() * top));
  const pixels = Array.from({ length: 1 + Math.floor(next() ** 3 * 80) }, () =>
    Array.from({ length: channels }, (_, c) =>
      channels % 2 === 0 && c === channels - 1 && next() < 0.8 ? top - 1 : value(),
    ),
  );
  const [cell, noise] = [1 + Math.floor(next() * 9), next() < 0.5 ? 0 : next()];
  const samples = Array.from({ length: width * height }, (_, i) => {
    if (next() < noise) return Array.from({ length: channels }, value);
    const [x, y] = [i % width, Math.floor(i / width)];
    return pixels[(Math.floor(x / cell) + 7 * Math.floor(y / cell)) % pixels.length];
  }).flat();
  return { width, height, channels, bitDepth, samples };
}

describe('a picture of any kind', () => {
  const cases = KINDS.flatMap(({ colourType, channels, depths }) =>
    depths.flatMap((bitDepth) => ([0, 1] as const).map((interlace) => ({ colourType, channels, bitDepth, interlace }))),
  );

  it.each(cases)(
    'of colour type $colourType, $bitDepth bits, interlace $interlace is read as classes that survive storage, or refused with a code',
    ({ colourType, channels, bitDepth, interlace }) => {
      const next = random(colourType * 100 + bitDepth * 2 + interlace);
      let [read, refused] = [0, 0];
      for (let round = 0; round < 150; round++) {
        const picture = anySamples(next, channels, bitDepth);
        const { width, height } = picture;
        const file = png(picture, colourType, interlace);
        try {
          const map = readLabels(file, LIMITS);
          expect(map).toMatchObject({ width, height });
          expect(map.labels).toHaveLength(width * height);
          expect([...new Set(map.labels)].sort((a, b) => a - b).filter((id) => id > 0)).toEqual(map.classIds);
          expect(map.labels.includes(255)).toBe(false);
          const stored = encodeIndexedPng({ width, height, indices: map.labels, palette: map.palette ?? VOC_PALETTE });
          expect(readStoredMask(stored)).toMatchObject({ labels: map.labels, classIds: map.classIds });
          read++;
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
          expect(REFUSALS).toContain(error.code);
          refused++;
        }
      }
      // Both happen wherever both can: a picture of 1 bit has nothing to refuse, 16 bits of colour nothing to read.
      expect(read > 0).toBe(!(bitDepth === 16 && channels > 1));
      expect(refused > 0).toBe(!(bitDepth === 1 || (colourType === 3 && bitDepth < 8)));
    },
  );

  it('has the samples that were written, interlaced or not', () => {
    const next = random(5);
    for (const { colourType, channels, bitDepth, interlace } of cases) {
      if (bitDepth === 16) continue;
      for (let round = 0; round < 10; round++) {
        const picture = anySamples(next, channels, bitDepth);
        expect([...decodePng(png(picture, colourType, interlace), LIMITS).samples]).toEqual(picture.samples);
      }
    }
  });
});
