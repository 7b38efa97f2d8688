import {
  framesWithin,
  FrameSources,
  passesOf,
  plan,
  segmentsOf,
  type ObjectKind,
  type Prompt,
  type PromptSet,
  type RunRows,
} from '.';

const SEGMENT = 4;

/** mulberry32 */
function random(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const prompt = (frame: number, objects: number[], digest = `${frame}`): Prompt => ({ frame, objects, digest });

function setOf(prompts: Prompt[], tracedBack: number[] = []): PromptSet {
  const ids = [...new Set(prompts.flatMap(({ objects }) => objects))].sort((a, b) => a - b);
  return { prompts, objects: ids.map((id) => ({ id, kind: 'mask', isTracedBack: tracedBack.includes(id) })) };
}

/** A run whose stages do, in random order, what the plan says, one job at a time; labels and masks carry what they are made of. */
class Simulation {
  frames = new Set<number>();
  features = new Set<number>();
  labels = new Map<string, Set<number>>();
  masks = new Map<number, string>();
  frameCount: number | null = null;
  readonly jobs: string[] = [];

  constructor(
    public prompts: PromptSet,
    private readonly videoFrames: number,
    private readonly next: () => number,
  ) {}

  rows(): RunRows {
    return { ...this, segmentFrames: SEGMENT, contextFrames: 6 };
  }

  /** @returns whether there was something to do */
  step(): boolean {
    const { ingest, features, propagation, masks } = plan(this.rows());
    const work: (() => void)[] = [
      ...(ingest ? [() => this.decode()] : []),
      ...features.map((segment) => () => this.did(`features ${segment}`, () => this.features.add(segment))),
      ...propagation.map(
        ({ pass, segment }) =>
          () =>
            this.did(`labels ${pass.key} ${segment}`, () => {
              const stored = this.labels.get(pass.key) ?? new Set();
              this.labels.set(pass.key, stored.add(segment));
            }),
      ),
      ...masks.map(
        ({ segment, recipe }) =>
          () =>
            this.did(`masks ${segment} ${recipe}`, () => this.masks.set(segment, recipe)),
      ),
    ];
    if (work.length === 0) return false;
    work[Math.floor(this.next() * work.length)]!();
    return true;
  }

  finish(): void {
    for (let i = 0; this.step(); i++) if (i > 100_000) throw new Error('The run does not end.');
  }

  private decode(): void {
    const segment = this.frames.size;
    if (segment * SEGMENT < this.videoFrames) this.frames.add(segment);
    else this.frameCount = this.videoFrames;
  }

  private did(job: string, effect: () => void): void {
    // Each job is wanted until it is done, and never again: nothing is computed twice.
    expect(this.jobs).not.toContain(job);
    this.jobs.push(job);
    effect();
  }
}

/** Objects 1 to 3 have masks, 4 and 5 key points; each kind has prompts of its own, also on the same frame. */
function randomMix(next: () => number, videoFrames: number): PromptSet {
  const ofKind = (kind: ObjectKind, ids: number[]) => {
    const { prompts } = randomSet(next, videoFrames, ids);
    const objects = [...new Set(prompts.flatMap((one) => one.objects))];
    return { prompts, objects: objects.map((id) => ({ id, kind, isTracedBack: next() < 0.5 })) };
  };
  const [masks, points] = [ofKind('mask', [1, 2, 3]), ofKind('keypoints', [4, 5])];
  return {
    prompts: [...masks.prompts, ...points.prompts].sort((a, b) => a.frame - b.frame),
    objects: [...masks.objects, ...points.objects].sort((a, b) => a.id - b.id),
  };
}

function randomSet(next: () => number, videoFrames: number, among?: number[]): PromptSet {
  const objects = 1 + Math.floor(next() * 3);
  const frames = new Set(Array.from({ length: 1 + Math.floor(next() * 4) }, () => Math.floor(next() * videoFrames)));
  const prompts = [...frames]
    .sort((a, b) => a - b)
    .map((frame) => {
      const all = among ?? Array.from({ length: objects }, (_, i) => i + 1);
      const ids = all.filter(() => next() < 0.6);
      return prompt(frame, ids.length > 0 ? ids : [all[0]!], `${frame} ${ids.join()} ${Math.floor(next() * 3)}`);
    });
  const all = setOf(prompts);
  return { prompts, objects: all.objects.map(({ id, kind }) => ({ id, kind, isTracedBack: next() < 0.5 })) };
}

describe('plan', () => {
  it('walks a run with one prompt on the first frame forward, segment by segment', () => {
    const sut = new Simulation(setOf([prompt(0, [1, 2])]), 10, () => 0.999);
    sut.finish();
    const { key } = passesOf(sut.prompts)[0]!;
    const labels = sut.jobs.filter((job) => job.startsWith('labels'));
    expect(labels).toEqual([0, 1, 2].map((segment) => `labels ${key} ${segment}`));
    expect(plan(sut.rows())).toEqual({
      ingest: false,
      features: [],
      propagation: [],
      masks: [],
      outdated: [],
      isComplete: true,
      beyond: null,
      foremost: Infinity,
    });
  });

  it('has both passes of a prompt walk through its segment before either goes on', () => {
    const frames = new Set([0, 1, 2, 3, 4]);
    const prompts = setOf([prompt(0, [1]), prompt(9, [1])]);
    const keys = new Map(passesOf(prompts).map(({ key, direction, from }) => [`${direction} from ${from}`, key]));
    const labels = new Map([[keys.get('forward from 0')!, new Set(frames)]]);
    const masks = new Map<number, string>();
    const rows = { prompts, segmentFrames: SEGMENT, contextFrames: 6, frameCount: 20, frames, features: frames };
    const wanted = () =>
      plan({ ...rows, labels, masks }).propagation.map(({ pass, segment }) => `${pass.direction} in ${segment}`);
    expect(wanted()).toEqual(['forward in 2', 'backward in 2']);
    labels.set(keys.get('forward from 9')!, new Set([2]));
    expect(wanted()).toEqual(['backward in 2']);
    labels.set(keys.get('backward from 9')!, new Set([2]));
    expect(wanted()).toEqual(['forward in 3', 'backward in 1']);
  });

  it('walks back to the first frame where the objects are traced back', () => {
    const set = setOf([prompt(9, [1])], [1]);
    const [forward, backward] = passesOf(set);
    expect(forward).toMatchObject({ direction: 'forward', from: 9, to: null });
    expect(backward).toMatchObject({ direction: 'backward', from: 9, to: 0 });
    expect([...segmentsOf(backward!, null, SEGMENT)]).toEqual([2, 1, 0]);
  });

  it('asks for no backward pass of an object that appears late', () => {
    expect(passesOf(setOf([prompt(9, [1])])).map(({ direction }) => direction)).toEqual(['forward']);
  });

  it('lets a pass go on to the farthest prompt of its objects, and no farther', () => {
    const passes = passesOf(setOf([prompt(0, [1, 2, 3]), prompt(5, [1]), prompt(8, [2, 3]), prompt(9, [2, 3])]));
    expect(passes.map(({ objects, direction, from, to }) => [objects.join(), direction, from, to])).toEqual([
      ['1,2,3', 'forward', 0, 7],
      ['1', 'forward', 5, null],
      ['1', 'backward', 5, 1],
      ['2,3', 'forward', 8, 8],
      ['2,3', 'backward', 8, 1],
      ['2,3', 'forward', 9, null],
    ]);
  });

  it('keeps every pass of other prompts when one is added', () => {
    const before = setOf([prompt(0, [1, 2])]);
    const sut = new Simulation(before, 40, random(3));
    sut.finish();
    sut.jobs.length = 0;
    sut.prompts = setOf([prompt(0, [1, 2]), prompt(22, [1])]);
    sut.finish();
    const [first] = passesOf(before);
    expect(sut.jobs.some((job) => job.startsWith(`labels ${first!.key}`) || job.startsWith('features'))).toBe(false);
  });

  it('names the frames of a pass in its order', () => {
    const [forward, , backward] = passesOf(setOf([prompt(2, [1]), prompt(7, [1])]));
    expect(framesWithin(forward!, 0, 4)).toEqual([2, 3]);
    expect(framesWithin(forward!, 4, 4)).toEqual([4, 5, 6, 7]);
    expect(framesWithin(backward!, 4, 4)).toEqual([7, 6, 5, 4]);
    expect(framesWithin(backward!, 0, 4)).toEqual([3, 2, 1, 0]);
  });

  it('blends by the distance, and gives a prompted frame what its prompt says', () => {
    const sut = new FrameSources(setOf([prompt(0, [1, 2]), prompt(4, [1])]));
    const shares = [0, 1, 3, 4].map((frame) =>
      sut.on(frame).map(({ objects, backwardShare, isPrompted }) => [objects.join(), backwardShare, isPrompted]),
    );
    expect(shares).toEqual([
      [
        ['1', 0, true],
        ['2', 0, true],
      ],
      [
        ['1', 0.25, false],
        ['2', 0, false],
      ],
      [
        ['1', 0.75, false],
        ['2', 0, false],
      ],
      [
        ['2', 0, false],
        ['1', 0, true],
      ],
    ]);
  });

  it('names a prompt that the video turned out to be too short for', () => {
    const sut = new Simulation(setOf([prompt(0, [1]), prompt(11, [1])]), 10, random(1));
    sut.finish();
    expect(plan(sut.rows())).toMatchObject({ beyond: 11 });
  });

  it('lets decoding go on, as far as frames are encoded, for a pass that has not begun', () => {
    const rows: RunRows = {
      prompts: setOf([prompt(100, [1])]),
      segmentFrames: SEGMENT,
      contextFrames: 6,
      frameCount: null,
      frames: new Set([0, 1]),
      features: new Set([0, 1]),
      labels: new Map(),
      masks: new Map(),
    };
    expect(plan(rows)).toMatchObject({ ingest: true, propagation: [], foremost: 2 });
  });

  it.each([
    ['masks', randomSet],
    ['masks and key points', randomMix],
  ])(
    'ends every random history of prompts of %s, does nothing twice, and a corrected run as a fresh one',
    (_, setFrom) => {
      for (let seed = 0; seed < 60; seed++) {
        const next = random(seed);
        const videoFrames = 1 + Math.floor(next() * 30);
        const sut = new Simulation(setFrom(next, videoFrames), videoFrames, next);
        for (let change = 0; change < 3; change++) {
          for (let i = Math.floor(next() * 40); i > 0; i--) sut.step();
          sut.prompts = setFrom(next, videoFrames);
          // What was of an earlier set of prompts may be wanted again.
          sut.jobs.length = 0;
        }
        sut.finish();
        expect(plan(sut.rows()).isComplete).toBe(true);
        const fresh = new Simulation(sut.prompts, videoFrames, random(seed + 1000));
        fresh.finish();
        expect([...sut.masks].sort()).toEqual([...fresh.masks].sort());
        for (const [key, segments] of fresh.labels)
          expect([...sut.labels.get(key)!]).toEqual(expect.arrayContaining([...segments]));
      }
    },
  );

  it('keeps kinds apart: prompts of key points change no pass and no share of masks', () => {
    const masks = setOf([prompt(2, [1]), prompt(20, [1])]);
    const both: PromptSet = {
      prompts: [masks.prompts[0]!, prompt(2, [7], 'points'), prompt(9, [7], 'more'), masks.prompts[1]!],
      objects: [...masks.objects, { id: 7, kind: 'keypoints', isTracedBack: false }],
    };
    const ofKind = (set: PromptSet, kind: ObjectKind) => passesOf(set).filter((pass) => pass.kind === kind);
    expect(ofKind(both, 'mask')).toEqual(passesOf(masks));
    expect(ofKind(both, 'keypoints').map(({ direction, from, to }) => [direction, from, to])).toEqual([
      ['forward', 2, 8],
      ['forward', 9, null],
      ['backward', 9, 3],
    ]);
    const [sut, before] = [new FrameSources(both), new FrameSources(masks)];
    for (let frame = 0; frame < 25; frame++) {
      expect(sut.on(frame).filter(({ kind }) => kind === 'mask')).toEqual(before.on(frame));
    }
    // Frames without any mask object have empty masks as soon as the run has masks at all.
    const points = new FrameSources({ prompts: [prompt(0, [7])], objects: [both.objects[1]!] });
    const mixed = new FrameSources({ prompts: [prompt(0, [7])], objects: both.objects });
    expect(mixed.recipe(0, 4)).not.toBe(points.recipe(0, 4));
  });

  it('makes again only what a missing mask needs when soft labels were removed', () => {
    const set = setOf([prompt(0, [1]), prompt(12, [1]), prompt(24, [1])]);
    const sut = new Simulation(set, 40, random(1));
    sut.finish();
    sut.labels.clear();
    expect(plan(sut.rows())).toMatchObject({ propagation: [], isComplete: true });
    sut.masks.delete(1);
    const wanted = plan(sut.rows()).propagation.map(({ pass, segment }) => [pass.direction, pass.from, segment]);
    expect(wanted).toEqual([
      ['forward', 0, 0],
      ['backward', 12, 3],
    ]);
    sut.jobs.length = 0;
    sut.finish();
  });

  it('encodes the context of the next step again where features were removed', () => {
    const sut = new Simulation(setOf([prompt(0, [1])]), 40, random(1));
    sut.finish();
    sut.features.clear();
    sut.labels.get(passesOf(sut.prompts)[0]!.key)!.delete(7);
    sut.masks.delete(7);
    // Frames 22 to 27 are the context of frame 28, and frame 0 is the prompted one.
    expect(plan(sut.rows()).features.sort()).toEqual([0, 5, 6, 7]);
  });

  it('changes nothing beyond the neighbouring prompts of a correction', () => {
    const before = setOf([prompt(0, [1]), prompt(12, [1]), prompt(24, [1])]);
    const sut = new Simulation(before, 40, random(1));
    sut.finish();
    const masks = new Map(sut.masks);
    sut.prompts = setOf([prompt(0, [1]), prompt(12, [1], 'corrected'), prompt(24, [1])]);
    sut.jobs.length = 0;
    sut.finish();
    const changed = [...sut.masks]
      .filter(([segment, recipe]) => masks.get(segment) !== recipe)
      .map(([segment]) => segment);
    expect(changed.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(sut.jobs.some((job) => job.startsWith('features'))).toBe(false);
  });
});
