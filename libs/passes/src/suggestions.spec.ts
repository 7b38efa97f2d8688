import { suggest, type FrameState, type Prompt, type PromptSet } from '.';

const prompt = (frame: number, objects = [1]): Prompt => ({ frame, objects, digest: `${frame}` });
const setOf = (prompts: Prompt[], tracedBack: number[] = []): PromptSet => ({
  prompts,
  objects: [...new Set(prompts.flatMap(({ objects }) => objects))].map((id) => ({
    id,
    kind: 'mask',
    isTracedBack: tracedBack.includes(id),
  })),
});
/** Frames 0, 1, … of one object with these drifts. */
const framesOf = (drift: number[], id = 1): FrameState[] =>
  drift.map((value, frame) => ({ frame, objects: [{ id, area: 100, drift: value }] }));
const constant = (frames: number, value: number) => new Array<number>(frames).fill(value);
/** No drift on the first frame, and this much on the last. */
const growing = (frames: number, last: number) => Array.from({ length: frames }, (_, i) => (last * i) / (frames - 1));

/** What a correction is expected to gain, frame by frame from the definition. */
function gainBySteps(prompted: number[], drift: number[], at: number): number {
  const before = Math.max(-Infinity, ...prompted.filter((frame) => frame < at));
  const after = Math.min(Infinity, ...prompted.filter((frame) => frame > at));
  const [first, end] = [Math.max(0, before + 1), Math.min(drift.length, after)];
  const floor = Math.min(0.5, ...drift.slice(first, end));
  let gain = 0;
  for (let frame = first; frame < end; frame++) {
    const distance = Math.min(frame - before, after - frame);
    gain += (drift[frame]! - floor) * (1 - Math.min(distance, Math.abs(frame - at)) / distance);
  }
  return gain;
}

function random(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
}

describe('suggest', () => {
  it('takes videos of any length', () => {
    const [one] = suggest(setOf([prompt(0)]), framesOf(growing(200_000, 0.5)), 1);
    expect(one).toMatchObject({ objects: [1] });
  });

  it('chooses the frame with the largest gain by the definition, for random drifts and prompts', () => {
    const next = random(5);
    for (let round = 0; round < 50; round++) {
      const drift = Array.from({ length: 30 + Math.floor(next() * 30) }, next);
      const prompted = [...new Set([0, Math.floor(next() * 30), Math.floor(next() * 30)])].sort((a, b) => a - b);
      if (round % 2) prompted.shift();
      if (prompted.length === 0) continue;
      const [first] = suggest(
        setOf(
          prompted.map((frame) => prompt(frame)),
          [1],
        ),
        framesOf(drift),
        1,
      );
      const allowed = [...drift.keys()].filter((frame) => prompted.every((other) => Math.abs(other - frame) >= 3));
      const best = Math.max(...allowed.map((frame) => gainBySteps(prompted, drift, frame)));
      expect(gainBySteps(prompted, drift, first!.frame)).toBeCloseTo(best, 9);
      expect(first!.expectedGain).toBeCloseTo(best / drift.length, 9);
    }
  });

  it('spreads what it suggests over the video', () => {
    const found = suggest(setOf([prompt(0)]), framesOf(growing(100, 0.5)), 6).map(({ frame }) => frame);
    const sorted = [0, ...found].sort((a, b) => a - b);
    expect(Math.min(...sorted.slice(1).map((frame, i) => frame - sorted[i]!))).toBeGreaterThanOrEqual(4);
    expect(Math.max(...sorted.slice(1).map((frame, i) => frame - sorted[i]!))).toBeLessThanOrEqual(50);
  });

  it('gives the best first, and what is left when the ones before have been made', () => {
    const drift = [...constant(20, 0.01), ...constant(20, 0.6), ...constant(20, 0.01)];
    const found = suggest(setOf([prompt(0), prompt(59)]), framesOf(drift), 10);
    expect(found[0]!.frame).toBeGreaterThanOrEqual(20);
    expect(found[0]!.frame).toBeLessThan(40);
    const gains = found.map(({ expectedGain }) => expectedGain);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    const total = drift.reduce((sum, value) => sum + value, 0) / drift.length;
    expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeLessThan(total);
  });

  it('names the objects that gain, and says what is wrong with the first', () => {
    const frames: FrameState[] = framesOf(growing(40, 0.02)).map(({ frame, objects }) => ({
      frame,
      objects: [...objects, { id: 7, area: frame < 10 ? 50 : 0, drift: frame < 10 ? 0 : 1 }],
    }));
    const [first] = suggest(setOf([prompt(0, [1, 7])]), frames, 1);
    expect(first).toMatchObject({ objects: [7], reason: 'Object 7 was not found, after the prompt on frame 0.' });
    const [other] = suggest(setOf([prompt(0), prompt(30)]), framesOf([0, 0, ...constant(29, 0.25)]), 1);
    expect(other!.reason).toBe('The labels of object 1 fit its mask to 75 %, between the prompts on frames 0 and 30.');
    const all = suggest(setOf([prompt(0)]), framesOf(growing(80, 0.5)), 4);
    expect(all).toHaveLength(4);
    for (const { reason } of all) expect(reason).toContain('after the prompt on frame 0');
    const [back] = suggest(setOf([prompt(30)], [1]), framesOf(growing(31, 0.25).reverse()), 1);
    expect(back!.reason).toContain('before the prompt on frame 30');
  });

  it('takes what never goes away for the floor, unless it is a lost object', () => {
    expect(suggest(setOf([prompt(0)]), framesOf(constant(40, 0.3)), 3)).toEqual([]);
    expect(suggest(setOf([prompt(0)]), framesOf([0, ...constant(39, 1)]), 3).length).toBeGreaterThan(0);
    expect(suggest(setOf([prompt(0)]), framesOf(constant(40, 1)), 3).length).toBeGreaterThan(0);
  });

  it('suggests nothing where nothing drifts, near prompts, and before an object appears', () => {
    expect(suggest(setOf([prompt(0)]), framesOf(constant(40, 0)), 3)).toEqual([]);
    expect(suggest(setOf([prompt(0), prompt(5)]), framesOf([...constant(6, 0.5)]), 3)).toEqual([]);
    const late = suggest(setOf([prompt(20)]), framesOf(growing(40, 0.5)), 5);
    expect(late.length).toBeGreaterThan(0);
    for (const { frame } of late) expect(frame).toBeGreaterThan(22);
  });

  it('takes the frames that there are of a run at work', () => {
    const some = framesOf(growing(60, 0.5)).filter(({ frame }) => frame < 16 || frame >= 48);
    for (const { frame } of suggest(setOf([prompt(0)]), some, 4))
      expect(some.map((state) => state.frame)).toContain(frame);
  });
});
