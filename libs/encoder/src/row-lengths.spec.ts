import { checkLengths } from './row-lengths';

const rows = { count: 1, patches: 3, l2Normalised: false, firstFrame: 12 };

describe('checkLengths', () => {
  it.each([
    ['is all zero', 0],
    ['has a NaN or infinite value', NaN],
    ['has a NaN or infinite value', Infinity],
  ])('refuses a row that %s and names frame and patch', (what, length) => {
    expect(() => checkLengths(Float32Array.of(5, length, 1), rows)).toThrow(
      expect.objectContaining({ code: 'FEATURES_INVALID', message: `Frame 12, patch 1: the feature row ${what}.` }),
    );
  });

  it('counts patches frame by frame, and does not look behind the frames of the batch', () => {
    const lengths = Float32Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0);
    expect(() => checkLengths(lengths, { ...rows, count: 2 })).toThrow(/Frame 13, patch 2/);
    expect(() => checkLengths(lengths, rows)).not.toThrow();
  });

  it('asks for unit rows where the card does', () => {
    const normalised = { ...rows, l2Normalised: true };
    expect(() => checkLengths(Float32Array.of(1, 1.004, 0.996), normalised)).not.toThrow();
    expect(() => checkLengths(Float32Array.of(1, 5, 1), normalised)).toThrow(/has length 5\.0000/);
    expect(() => checkLengths(Float32Array.of(1, 5, 1), rows)).not.toThrow();
  });
});
