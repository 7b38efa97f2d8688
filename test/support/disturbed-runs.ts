import { QUICK_RECOVERY, type WORKERS } from './campaign';
import { type Platform, startPlatform, until } from './platform';
import { smallClip, type SmallClip } from './small-clip';

type Worker = (typeof WORKERS)[number];

/** Segments of 8 frames: six of them, so that there is a middle. */
const FRAMES = 48;
/** Done by a stage in the middle of a run. */
const MIDDLE = 16;

/** A platform that takes a dead worker's jobs soon, and runs on one clip that are disturbed in their middle. */
export class DisturbedRuns {
  private constructor(
    readonly platform: Platform,
    readonly clip: SmallClip,
    /** Digest over the masks of a run to which nothing happened. */
    readonly undisturbed: string,
  ) {}

  static async start(): Promise<DisturbedRuns> {
    const clip = await smallClip({ width: 448, height: 256, frames: FRAMES, objects: 2, seed: 5 });
    const platform = await startPlatform(QUICK_RECOVERY);
    try {
      const undisturbed = await masksOf(platform, await platform.acceptedRun(clip), FRAMES);
      const sut = new DisturbedRuns(platform, clip, undisturbed);
      await sut.removeRuns();
      return sut;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  get frames(): number {
    return FRAMES;
  }

  /** Removes all runs with everything that the next run on the same video could reuse. */
  async removeRuns(): Promise<void> {
    const { items } = await this.platform.json<{ items: { id: string }[] }>('/v1/runs');
    for (const { id } of items) await fetch(`${this.platform.url}/v1/runs/${id}`, { method: 'DELETE' });
    await until('the runs are removed', async () => (await this.platform.query('SELECT 1 FROM "Video"')).length === 0);
  }

  accepted(): Promise<string> {
    return this.platform.acceptedRun(this.clip);
  }

  /** A new run, let go to the middle of the given stage. */
  async inTheMiddleOf(stage: Worker): Promise<string> {
    const id = await this.accepted();
    const done = async () => (await this.platform.run(id)).progress[stage]!.done;
    await until(`${stage} has done a segment`, async () => (await done()) >= MIDDLE);
    const { state } = await this.platform.run(id);
    if (state !== 'running') throw new Error(`the run is ${state} already: nothing was disturbed`);
    return id;
  }

  async killAndStart(service: Worker | 'gateway'): Promise<void> {
    await this.platform.stack.services.kill(service, 0, 'SIGKILL');
    await this.platform.stack.services.restart(service);
  }

  /** Waits for the end of a run, which must have all masks of an undisturbed one, each once. */
  async expectUndisturbed(id: string, on = this.platform): Promise<void> {
    expect(await masksOf(on, id, FRAMES)).toBe(this.undisturbed);
  }

  /** What serves unfinished runs only. */
  async nothingTransientIsLeft(): Promise<void> {
    await until('nothing transient is left', async () => (await this.platform.blobs('uploads/')).length === 0);
  }
}

/** Digest over the bytes of all masks of a run that must succeed, each of which must be there once. */
export async function masksOf(on: Platform, id: string, frames: number): Promise<string> {
  const run = await on.waitForEnd(id);
  expect({ state: run.state, error: run.error }).toEqual({ state: 'succeeded', error: null });
  const rows = await on.query<{ frame: number }>('SELECT frame FROM "FrameResult" WHERE "runId" = $1 ORDER BY frame', [
    id,
  ]);
  expect(rows.map(({ frame }) => frame)).toEqual(Array.from({ length: frames }, (_, i) => i));
  return on.digestOfMasks(id, frames);
}
