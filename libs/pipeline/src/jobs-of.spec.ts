import { plan, type Prompt, type RunRows } from '@propago/passes';
import { jobsOf, type Stored } from './jobs-of';
import { jobId } from './queues';

const RUN = { id: 'run', featureSetId: 'features', featureSet: { frameSetId: 'frames' } };
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

function randomPrompts(next: () => number, videoFrames: number): RunRows['prompts'] {
  const frames = new Set(Array.from({ length: 1 + Math.floor(next() * 4) }, () => Math.floor(next() * videoFrames)));
  const prompts: Prompt[] = [...frames]
    .sort((a, b) => a - b)
    .map((frame) => ({ frame, objects: next() < 0.5 ? [1, 2] : [1], digest: `${frame} ${Math.floor(next() * 3)}` }));
  const ids = [...new Set(prompts.flatMap(({ objects }) => objects))].sort((a, b) => a - b);
  return { prompts, objects: ids.map((id) => ({ id, kind: 'mask', isTracedBack: next() < 0.5 })) };
}

/** A run that does nothing but the jobs that events have added, in random order. */
class Simulation {
  readonly rows: RunRows & {
    frames: Set<number>;
    features: Set<number>;
    labels: Map<string, Set<number>>;
    masks: Map<number, string>;
  };
  readonly waiting = new Map<string, () => void>();
  hasEnded = false;

  constructor(
    prompts: RunRows['prompts'],
    private readonly videoFrames: number,
  ) {
    const stored = { frames: new Set<number>(), features: new Set<number>(), labels: new Map(), masks: new Map() };
    this.rows = { prompts, segmentFrames: SEGMENT, contextFrames: 6, frameCount: null, ...stored };
    this.after(undefined);
  }

  /** Adds what an event can have enabled; a job that waits already is not added again. */
  after(stored: Stored): void {
    const wanted = jobsOf(plan(this.rows), RUN, stored);
    for (const data of wanted.ingest) this.waiting.set(jobId('ingest', data), () => this.decode());
    for (const data of wanted.features) {
      this.waiting.set(jobId('features', data), () => {
        this.rows.features.add(data.segment);
        this.after({ stage: 'features', segment: data.segment });
      });
    }
    for (const data of wanted.propagation) {
      this.waiting.set(jobId('propagation', data), () => {
        const isWanted = plan(this.rows).propagation.some(
          ({ pass, segment }) => pass.key === data.pass && segment === data.segment,
        );
        if (isWanted) {
          this.rows.labels.set(data.pass, new Set([...(this.rows.labels.get(data.pass) ?? []), data.segment]));
        }
        this.after({ stage: 'propagation', pass: data.pass, segment: data.segment });
      });
    }
    for (const data of wanted.results) {
      this.waiting.set(jobId('results', data), () => {
        const { masks } = plan(this.rows);
        if (
          data.kind === 'segment' &&
          masks.some((one) => one.segment === data.segment && one.recipe === data.recipe)
        ) {
          this.rows.masks.set(data.segment, data.recipe);
        }
        this.hasEnded ||= plan(this.rows).isComplete;
      });
    }
  }

  /** @returns whether there was something to do */
  step(next: () => number): boolean {
    const jobs = [...this.waiting];
    if (jobs.length === 0) return false;
    const [id, work] = jobs[Math.floor(next() * jobs.length)]!;
    this.waiting.delete(id);
    work();
    return true;
  }

  prompted(prompts: RunRows['prompts']): void {
    this.rows.prompts = prompts;
    this.hasEnded = false;
    this.after(undefined);
  }

  /** One job decodes the whole video, and tells of each segment. */
  private decode(): void {
    const segment = this.rows.frames.size;
    if (segment * SEGMENT < this.videoFrames) {
      this.rows.frames.add(segment);
      this.after({ stage: 'ingest', segment });
      this.waiting.set(jobId('ingest', { frameSetId: 'frames' }), () => this.decode());
    } else {
      this.rows.frameCount = this.videoFrames;
      this.after(undefined);
    }
  }
}

describe('jobs that follow an event', () => {
  it('are enough: a run that gets no others comes to its end, whatever their order and however its prompts change', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = random(seed);
      const videoFrames = 1 + Math.floor(next() * 30);
      const sut = new Simulation(randomPrompts(next, videoFrames), videoFrames);
      for (let change = 0; change < 3; change++) {
        for (let i = Math.floor(next() * 40); i > 0; i--) sut.step(next);
        sut.prompted(randomPrompts(next, videoFrames));
      }
      while (sut.step(next));
      expect({ seed, hasEnded: sut.hasEnded }).toEqual({ seed, hasEnded: true });
    }
  });
});
