import { PckScore } from '@propago/evaluation';
import { addFrames } from './jhmdb';
import { JHMDB_JOINTS } from './jhmdb-layout';

/** The joints of a person on a diagonal of 150 pixels, moved by some. */
const person = (dx = 0) => JHMDB_JOINTS.map((_, i) => ({ x: 20 + 10 * i + dx, y: 40 + 10 * i }));
const tracked = (dx: number, lost: string[] = []) => ({
  keypoints: [
    {
      id: 1,
      points: person(dx).map(({ x, y }, i) => {
        const name = JHMDB_JOINTS[i]!;
        return lost.includes(name) ? { name, x: null, y: null } : { name, x, y };
      }),
    },
  ],
});

describe('addFrames', () => {
  const scoreOf = (joints: { x: number; y: number }[][], frames: ReturnType<typeof tracked>[], width = 320) => {
    const score = new PckScore(JHMDB_JOINTS.length, [0.1, 0.2]);
    addFrames(score, { name: 'c', joints }, { width, height: 320, frames });
    return score.result();
  };

  it('leaves the first frame out, and counts a joint that was not found as a miss', () => {
    const frames = [tracked(300), tracked(0), tracked(0, ['neck', 'belly', 'face'])];
    const [at10] = scoreOf([person(), person(), person()], frames);
    // 12 of 15 joints on both frames, 3 on one of two.
    expect(at10!.mean).toBeCloseTo((12 + 3 / 2) / 15, 12);
    expect(at10!.perPoint.slice(0, 4)).toEqual([0.5, 0.5, 0.5, 1]);
  });

  it('measures at 320x320, whatever the size of the video', () => {
    // The box is 140 x 140, so that 0.1 is 11.9 px, and 0.2 is 23.8 px; at half the width a step of 20 px is one of 10.
    expect(scoreOf([person(), person()], [tracked(0), tracked(20)]).map(({ mean }) => mean)).toEqual([0, 1]);
    const wide = scoreOf([person(), person()], [tracked(0), tracked(20)], 640);
    // 70 x 140: 9.4 and 18.8 px.
    expect(wide.map(({ mean }) => mean)).toEqual([0, 1]);
    expect(scoreOf([person(), person()], [tracked(0), tracked(18)], 640)[0]!.mean).toBe(1);
    expect(scoreOf([person(), person()], [tracked(0), tracked(18)])[0]!.mean).toBe(0);
  });

  it('does not score joints outside the picture', () => {
    const outside = person().map((joint, i) => (i === 0 ? { x: -4, y: 10 } : joint));
    const [at10] = scoreOf([person(), outside], [tracked(0), tracked(0)]);
    expect(at10!.perPoint[0]).toBeNaN();
    expect(at10!.mean).toBe(1);
  });

  it('refuses a run with fewer frames', () => {
    expect(() => scoreOf([person(), person()], [tracked(0)])).toThrow('clip c: 2 frames with joints but 1 in the run');
  });
});
