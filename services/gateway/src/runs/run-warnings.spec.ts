import { PRESETS } from '@propago/contracts';
import { inputSize } from '@propago/encoder';
import type { LabelMap } from '@propago/labels';
import { warningsOf } from './run-warnings';

const SIZE = { width: 320, height: 240 };
const rule = PRESETS.siammae.inputSize;
const encoder = { name: 'conv-descriptor', patchSize: 8 };
// 640x480: a patch is 4x4 px of the video.
const seen = { encoder, rule, input: inputSize(rule, SIZE, encoder), maxInputPixels: 1_000_000 };

function maskOf(classAt: (x: number, y: number) => number): LabelMap {
  const { width, height } = SIZE;
  const labels = Uint8Array.from({ length: width * height }, (_, i) => classAt(i % width, Math.floor(i / width)));
  const classIds = [...new Set(labels)].filter((id) => id > 0).sort((a, b) => a - b);
  return { ...SIZE, labels, classIds, palette: null };
}
const box = (x: number, y: number, left: number, top: number, width: number, height: number): boolean =>
  x >= left && x < left + width && y >= top && y < top + height;
const codes = (mask: LabelMap, as = seen): string[] => warningsOf(mask, as).map(({ code }) => code);

describe('a run is warned', () => {
  it('of an object smaller than a patch, with the patch, the class, and an input size that makes patches smaller', () => {
    const [warning, ...others] = warningsOf(
      maskOf((x, y) => (box(x, y, 50, 60, 3, 3) ? 4 : 0)),
      seen,
    );
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'OBJECT_TINY' });
    expect(warning!.detail).toMatch(
      /^conv-descriptor sees this video in patches of 4x4 px, and smaller than two of them are: class 4 \(9 pixels\)\. .*inputSize \{"kind":"short-side","shortSide":(8[0-9]{2}),/,
    );
  });

  it('of a line thinner than a patch', () => {
    const [warning, ...others] = warningsOf(
      maskOf((x, y) => (box(x, y, 50, 20, 2, 150) ? 1 : 0)),
      seen,
    );
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'OBJECT_THIN', detail: expect.stringContaining('class 1 (2 px)') });
  });

  it('of nothing when each object has the size of some patches', () => {
    expect(codes(maskOf((x, y) => (box(x, y, 50, 60, 12, 12) ? 1 : box(x, y, 100, 100, 80, 40) ? 2 : 0)))).toEqual([]);
  });

  it('by the patches of its own encoder and input size', () => {
    const mask = maskOf((x, y) => (box(x, y, 50, 60, 6, 6) ? 1 : 0));
    expect(codes(mask)).toEqual([]);
    const coarse = { name: 'vit', patchSize: 16 };
    expect(codes(mask, { ...seen, encoder: coarse })).toEqual(['OBJECT_TINY']);
    expect(codes(mask, { ...seen, input: { width: 320, height: 240 } })).toEqual(['OBJECT_TINY']);
  });

  it('without an input size when no larger one is accepted', () => {
    const mask = maskOf((x, y) => (box(x, y, 50, 60, 1, 1) ? 1 : 0));
    const [warning] = warningsOf(mask, { ...seen, maxInputPixels: 640 * 480 });
    expect(warning!.detail).toMatch(/what helps is an encoder with smaller patches, or a video cropped/);
  });

  it('once for many small objects, of which it names some', () => {
    const mask = maskOf((x, y) => (x % 20 === 0 && y === 100 ? x / 20 + 1 : 0));
    const [warning, ...others] = warningsOf(mask, seen);
    expect(others).toEqual([]);
    expect(warning!.detail).toMatch(/class 1 \(1 pixels\).*class 5 \(1 pixels\) and 11 more/);
  });

  it('of tiny regions apart from an object', () => {
    const mask = maskOf((x, y) => (box(x, y, 50, 60, 40, 40) || (x === 200 && y < 2) || (x === 7 && y === 9) ? 1 : 0));
    const [warning, ...others] = warningsOf(mask, seen);
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'OBJECT_STRAY_REGIONS' });
    expect(warning!.detail).toContain('class 1 (2, of at most 2 pixels)');
  });

  it('of a mask that looks inverted, unless the whole scene has classes', () => {
    expect(codes(maskOf((x, y) => (box(x, y, 50, 60, 80, 80) ? 0 : 1)))).toEqual(['MASK_PERHAPS_INVERTED']);
    expect(codes(maskOf((x, y) => (box(x, y, 50, 60, 80, 80) ? 2 : 1)))).toEqual([]);
  });
});
