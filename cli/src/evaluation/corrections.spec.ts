import { assertLocal, middleOfLongest, worstFrame } from './corrections';

describe('assertLocal', () => {
  const before = [...'abcdefgh'];
  const changed = (...frames: number[]) => before.map((digest, frame) => (frames.includes(frame) ? 'new' : digest));

  it('counts what changed between the neighbouring prompts', () => {
    const of = { before, prompted: [0, 6], frame: 3 };
    expect(assertLocal('s', { ...of, after: changed(1, 3, 5) })).toBe(3);
    expect(assertLocal('s', { ...of, prompted: [0], after: changed(1, 7) })).toBe(2);
  });

  it.each([0, 6, 7])('fails for a change of frame %d beyond them', (frame) => {
    const of = { before, prompted: [0, 6], frame: 3, after: changed(3, frame) };
    expect(() => assertLocal('s', of)).toThrow(`the mask of frame ${frame} changed with a correction of frame 3`);
  });
});

describe('the choice of a frame', () => {
  it('takes the worst one without a prompt', () => {
    expect(worstFrame([1], [1, 0, 0.5, 0.2, 1])).toBe(3);
    expect(worstFrame([0, 1], [1, 0])).toBeUndefined();
  });

  it('takes the one that is farthest from all prompts', () => {
    expect(middleOfLongest([0], 9)).toBe(8);
    expect(middleOfLongest([0, 8], 9)).toBe(4);
    expect(middleOfLongest([0, 4, 8], 9)).toBe(2);
    expect(middleOfLongest([0], 1)).toBeUndefined();
  });
});
