import { PRESETS, propagationParameters } from '@propago/contracts';
import { inputSize, type InputSizeRule, largestThatFits } from './input-size';

const patch16 = { patchSize: 16 };
const davis = { width: 854, height: 480 };

describe('inputSize', () => {
  it.each([
    ['dino', davis, 16, 832, 480],
    ['dino', { width: 480, height: 854 }, 16, 480, 832],
    ['dino', { width: 432, height: 240 }, 16, 832, 480],
    ['dino', { width: 500, height: 500 }, 16, 448, 480],
    ['dino', davis, 14, 826, 476],
    ['crw', davis, 8, 848, 480],
    ['crw', { width: 1280, height: 719 }, 16, 1280, 704],
    ['cropmae', davis, 16, 880, 480],
    ['vfs', davis, 8, 856, 480],
    ['vfs', { width: 1920, height: 1080 }, 8, 856, 480],
    ['siammae', davis, 16, 848, 480],
    ['vip', davis, 16, 560, 560],
    ['jhmdb', { width: 320, height: 240 }, 8, 320, 320],
  ] as const)('%s of %p at patch %i is %ix%i', (name, video, patchSize, width, height) => {
    expect(inputSize(PRESETS[name].inputSize, video, { patchSize })).toEqual({ width, height });
  });

  it('is a multiple of what the encoder accepts when that is more than a patch', () => {
    expect(inputSize(PRESETS.crw.inputSize, davis, { patchSize: 8, inputMultiple: 32 })).toEqual({
      width: 832,
      height: 480,
    });
  });

  it('is at least one patch, for every rule and a one-pixel video', () => {
    for (const { inputSize: rule } of Object.values(PRESETS)) {
      const size = inputSize(rule, { width: 1, height: 1 }, { patchSize: 16 });
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(16);
      expect([size.width % 16, size.height % 16]).toEqual([0, 0]);
    }
    expect(inputSize({ kind: 'fixed', width: 3, height: 3 }, davis, patch16)).toEqual({ width: 16, height: 16 });
  });
});

describe('largestThatFits', () => {
  const encoders: { patchSize: number; inputMultiple?: number }[] = [
    { patchSize: 4 },
    { patchSize: 14 },
    patch16,
    { patchSize: 8, inputMultiple: 32 },
  ];
  const MAX = 1_000_000;
  const panorama = { width: 4000, height: 400 };
  const shortSide = PRESETS.siammae.inputSize;

  it('gives a panorama the largest short side that the encoder takes as it is', () => {
    expect(largestThatFits(shortSide, panorama, patch16, MAX)).toEqual({ ...shortSide, shortSide: 304 });
  });

  it.each([
    ['panorama', panorama],
    ['tall video', { width: 400, height: 4000 }],
    ['video of odd sides', { width: 4093, height: 211 }],
    ['large square', { width: 4096, height: 4096 }],
  ])('fits for a %s with every rule and patch, and the next larger size does not', (_, video) => {
    const rules = Object.values(PRESETS).map(({ inputSize: rule }) => rule);
    const large = { kind: 'fixed', width: 4096, height: 2048 } as const;
    for (const rule of [...rules, large]) {
      for (const encoder of encoders) {
        const pixelsOf = (of: InputSizeRule): number => {
          const { width, height } = inputSize(of, video, encoder);
          return width * height;
        };
        if (pixelsOf(rule) <= MAX) continue;
        const found = largestThatFits(rule, video, encoder, MAX)!;
        expect(pixelsOf(found)).toBeLessThanOrEqual(MAX);
        expect(propagationParameters.shape.inputSize.safeParse(found).success).toBe(true);
        if (found.kind !== 'short-side') continue;
        expect(
          pixelsOf({ ...found, shortSide: found.shortSide + (encoder.inputMultiple ?? encoder.patchSize) }),
        ).toBeGreaterThan(MAX);
      }
    }
  });

  it('is null where not even the least size fits', () => {
    expect(largestThatFits(shortSide, { width: 4000, height: 10 }, patch16, 5000)).toBeNull();
  });
});
