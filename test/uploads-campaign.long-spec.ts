import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { campaignNumber } from './support/campaign';
import { type Platform, startPlatform } from './support/platform';
import { oneOf, randomFrom } from './support/random-corrections';
import { smallClip, type SmallClip } from './support/small-clip';
import { begin, idOf, offsetOf, padded, send, sendAndCut } from './support/tus-upload';

/** `npm run campaign:uploads -- --count 100 --seed 7` sets these. */
const COUNT = campaignNumber('COUNT', 4);
const SEED = campaignNumber('SEED', 1);
const MIB = 2 ** 20;
const LARGEST = 40 * MIB;

jest.setTimeout(180_000 + COUNT * 60_000);

let platform: Platform;
let clip: SmallClip;
let [cuts, kills, conflicts] = [0, 0, 0];

beforeAll(async () => {
  clip = await smallClip({ frames: 4 });
  const services = (['gateway', 'gateway', 'ingest', 'results', 'models'] as const).map((name) => ({ name }));
  platform = await startPlatform({}, { services });
});
afterAll(() => platform?.stop());

const gateways = () => platform.stack.services.processes.filter(({ name }) => name === 'gateway').map(({ url }) => url);

/** Asks again until a gateway answers: one is killed now and then. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      const isAway = /^(ECONN|UND_ERR|EPIPE)/.test(code) || /fetch failed|socket hang up|^50[0-9] /.test(message);
      if (!isAway || attempt > 1200) throw error;
      await sleep(100);
    }
  }
}

/** Sends a file with random cuts, through random gateways. @returns the id of the upload */
async function sendWithCuts(next: () => number, bytes: Buffer): Promise<string> {
  const location = await persistently(() => begin(oneOf(next, gateways()), bytes.length));
  const offset = () => persistently(() => offsetOf(`${oneOf(next, gateways())}${location}`));
  for (let at = 0; at < bytes.length; at = await offset()) {
    const url = `${oneOf(next, gateways())}${location}`;
    const all = bytes.subarray(at, next() < 0.5 ? bytes.length : at + 1 + Math.floor(next() * 12 * MIB));
    if (next() < 0.5) {
      await sendAndCut(url, at, { all, sent: Math.floor(next() * all.length) });
      cuts++;
    } else {
      const answer = await send(url, at, all).catch(() => undefined);
      // What the server still holds of a connection that was cut may come to be stored first.
      if (answer?.status === 409) conflicts++;
      else if (answer && answer.status !== 204 && answer.status < 500)
        throw new Error(`${answer.status} ${answer.body}`);
    }
  }
  return idOf(location);
}

async function videoOf(next: () => number, uploadId: string): Promise<{ sha256: string }> {
  return persistently(async () => {
    const answer = await fetch(`${oneOf(next, gateways())}/v1/videos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': uploadId },
      body: JSON.stringify({ uploadId }),
    });
    const text = await answer.text();
    // A gateway that was killed in the middle of it holds the key for a minute.
    if (answer.status === 409) throw new Error(`503 ${text}`);
    if (answer.status !== 201) throw new Error(`${answer.status} ${text}`);
    return JSON.parse(text) as { sha256: string };
  });
}

it(`${COUNT} uploads that were cut, while gateways were killed, have the bytes of their files`, async () => {
  const next = randomFrom(SEED * 7919);
  let isOver = false;
  const killing = (async () => {
    while (!isOver) {
      await sleep(1000 + next() * 6000);
      const index = next() < 0.5 ? 0 : 1;
      await platform.stack.services.kill('gateway', index, 'SIGKILL');
      await platform.stack.services.restart('gateway', index);
      kills++;
    }
  })();
  let sentBytes = 0;
  let started = 0;
  const worker = async () => {
    while (started < COUNT) {
      const fill = ++started;
      const bytes = padded(clip.video, Math.floor(next() ** 2 * LARGEST), fill % 256);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const uploadId = await sendWithCuts(next, bytes);
      expect(await videoOf(next, uploadId)).toMatchObject({ sha256 });
      sentBytes += bytes.length;
    }
  };
  try {
    await Promise.all([worker(), worker()]);
  } finally {
    isOver = true;
    await killing;
  }
  expect(await platform.query('select 1 from "Upload"')).toEqual([]);
  process.stderr.write(
    `${COUNT} uploads, ${Math.round(sentBytes / MIB)} MiB, ${cuts} connections cut, ${kills} gateways killed, ` +
      `${conflicts} conflicts\n`,
  );
});
