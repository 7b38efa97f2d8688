import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { blobKeys } from '@propago/contracts';
import { decodeSegment } from '@propago/segments';
import { campaignNumber, ONE_THREAD_EACH, QUICK_RECOVERY, twoWorkersPerStage, WORKERS } from './support/campaign';
import { formOf, initOf, requestOf } from './support/corrections-client';
import { type Platform, startPlatform } from './support/platform';
import {
  apply,
  detour,
  oneOf,
  randomFrom,
  randomState,
  stepsTowards,
  type Action,
  type RunState,
} from './support/random-corrections';
import { smallClip, type SmallClip } from './support/small-clip';

/** `npm run campaign:corrections -- --count 30 --seed 7` sets these. */
const COUNT = campaignNumber('COUNT', 2);
const SEED = campaignNumber('SEED', 1);

// Not a multiple of the frames of a segment.
const FRAMES = 44;

let platform: Platform;
let clips: SmallClip[];
/** Gateways that cut videos into segments of 16 and of 8 frames. */
let gateways: string[];

beforeAll(async () => {
  clips = await Promise.all([21, 22, 23].map((seed) => smallClip({ frames: FRAMES, objects: 3, seed })));
  const services = twoWorkersPerStage([
    { name: 'gateway', env: { SEGMENT_FRAMES: '16' } },
    { name: 'gateway', env: { SEGMENT_FRAMES: '8' } },
  ]);
  platform = await startPlatform({ ...QUICK_RECOVERY, ...ONE_THREAD_EACH }, { services });
  gateways = platform.stack.services.processes.filter(({ name }) => name === 'gateway').map(({ url }) => url);
}, 240_000);
afterAll(() => platform?.stop());

async function accepted(url: string, clip: SmallClip, state: RunState, next: () => number): Promise<string> {
  const body = formOf(clip, state, next);
  body.append('video', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
  const answer = await fetch(`${url}/v1/runs`, { method: 'POST', body });
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

async function act(run: string, clip: SmallClip, action: Action, next: () => number): Promise<void> {
  const request = requestOf(clip, action, next);
  const { method, path } = request;
  const answer = await fetch(`${run}${path}`, initOf(request));
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** kill -9 of any worker, which comes back at once. */
async function killOne(next: () => number): Promise<void> {
  const [service, index] = [oneOf(next, WORKERS), Math.floor(next() * 2)];
  await platform.stack.services.kill(service, index, 'SIGKILL');
  await platform.stack.services.restart(service, index);
}

async function ended(id: string): Promise<void> {
  const { state, error } = await platform.waitForEnd(id);
  if (state !== 'succeeded') throw new Error(`${id} ${state}: ${JSON.stringify(error)}`);
}

/** Digests of the soft labels that are stored of a run, by pass and frame. */
async function softLabels(id: string): Promise<Map<string, string>> {
  const rows = await platform.query<{ pass: string; index: number }>(
    'select pass, index from "LabelSegment" where "runId" = $1',
    [id],
  );
  const digests = new Map<string, string>();
  for (const { pass, index } of rows) {
    const key = blobKeys.labels(id, pass, index);
    const { header, payload } = decodeSegment('labels', await platform.store.get(key), key);
    const bytes = payload.byteLength / header.frames;
    for (let i = 0; i < header.frames; i++) {
      const frame = payload.subarray(i * bytes, (i + 1) * bytes);
      digests.set(`${pass} ${header.firstFrame + i}`, createHash('sha256').update(frame).digest('hex'));
    }
  }
  return digests;
}

const passesOf = (labels: ReadonlyMap<string, string>) => new Set([...labels.keys()].map((key) => key.split(' ')[0]));

describe('a run that was corrected while its workers were killed', () => {
  it.each(Array.from({ length: COUNT }, (_, i) => SEED + i))(
    'has the masks and the soft labels of a fresh one, case %d',
    async (seed) => {
      const next = randomFrom(seed * 7919);
      const clip = clips[seed % clips.length]!;
      const wanted = randomState(next, clip, 5);
      const state = randomState(next, clip, 3);
      const [own, other] = seed % 2 === 0 ? gateways : [...gateways].reverse();
      let [changes, kills, detours] = [0, 0, 0];
      const corrected = await accepted(own!, clip, state, next);
      for (;;) {
        const steps = stepsTowards(state, wanted);
        const isDetour = detours < 3 && next() < 0.25;
        if (steps.length === 0 && !isDetour) break;
        if (isDetour) detours++;
        const action = isDetour ? detour(next, state, FRAMES) : oneOf(next, steps);
        await act(`${own}/v1/runs/${corrected}`, clip, action, next);
        apply(state, action);
        changes++;
        if (next() < 0.3) await ended(corrected);
        if (next() < 0.3) {
          await sleep(next() * 300);
          await killOne(next);
          kills++;
        }
      }
      await killOne(next);
      await ended(corrected);
      const fresh = await accepted(other!, clip, wanted, next);
      await ended(fresh);

      expect(await platform.digestOfMasks(corrected, FRAMES)).toBe(await platform.digestOfMasks(fresh, FRAMES));
      const [ofCorrected, ofFresh] = [await softLabels(corrected), await softLabels(fresh)];
      const common = [...ofFresh.keys()].filter((key) => ofCorrected.has(key));
      const pick = (labels: ReadonlyMap<string, string>) => new Map(common.map((key) => [key, labels.get(key)]));
      expect(pick(ofCorrected)).toEqual(pick(ofFresh));
      // Segments of another length reach over the end of a pass by other frames; each pass is compared all the same.
      expect(passesOf(pick(ofFresh) as Map<string, string>)).toEqual(passesOf(ofFresh));
      process.stderr.write(
        `case ${seed}: ${wanted.prompts.size} prompts, ${wanted.objects.size} objects, ${changes} changes, ` +
          `${kills + 1} kills, ${common.length} frames of soft labels\n`,
      );
      if (next() < 0.3) for (const id of [corrected, fresh]) await platform.removeRun(id);
    },
    300_000,
  );
});
