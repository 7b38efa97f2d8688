import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { uploadForm } from '../cli/src/multipart-upload';
import { bearer, ClosedPlatform } from './support/closed-platform';
import { until, type Problem, type RunResource } from './support/platform';
import { RawUpload } from './support/raw-upload';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(180_000);

describe('limits', () => {
  let sut: ClosedPlatform;
  let clip: SmallClip;

  beforeAll(async () => {
    clip = await smallClip({ frames: 8 });
    const names = ['gateway', 'gateway', 'ingest', 'features', 'results', 'models'] as const;
    // Nobody propagates, so that no run ends by itself.
    sut = await ClosedPlatform.start({}, { services: names.map((name) => ({ name })) });
  });
  afterAll(() => sut?.stop());

  const post = (key: string, headers: Record<string, string> = {}, video = clip.video): Promise<Response> =>
    sut.platform.postRun({ ...clip, video, headers: { ...bearer(key), ...headers } });

  /** The clip with other bytes each time: requests on one video wait for each other, whatever the quotas do. */
  const another = (i: number): Buffer => {
    const box = Buffer.alloc(16);
    box.writeUInt32BE(box.length);
    box.write('free', 4);
    box.writeUInt32BE(i, 8);
    return Buffer.concat([clip.video, box]);
  };

  const problemOf = async (answer: Response): Promise<string> => {
    const { code } = (await answer.json()) as Problem;
    return `${answer.status} ${code}`;
  };

  /** How often each outcome came. */
  const tally = async (answers: Response[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const answer of answers) {
      const outcome = answer.status === 202 ? '202' : await problemOf(answer);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    return counts;
  };

  const isNoLongerStored = (): Promise<void> =>
    until('no upload is left', async () => (await sut.platform.blobs('uploads')).length === 0);

  describe('the quota of runs', () => {
    it('lets exactly as many of 20 requests at once through as there is room for', async () => {
      const key = await sut.keyText({ tenant: 'runs', maxActiveRuns: 3 });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(key, {}, another(i))));
      const refused = answers.filter(({ status }) => status === 429);
      for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await tally(answers)).toEqual({ '202': 3, '429 QUOTA_RUNS': 17 });
      const rows = await sut.platform.query('select 1 from "Run" where tenant = $1', ['runs']);
      expect(rows).toHaveLength(3);
      await isNoLongerStored();
    });

    it('is of a key: another key of the tenant has its own', async () => {
      const other = await sut.keyText({ tenant: 'runs', maxActiveRuns: 1 });
      expect((await post(other)).status).toBe(202);
      expect(await problemOf(await post(other))).toBe('429 QUOTA_RUNS');
    });

    it('has a place again when a run is cancelled or deleted', async () => {
      const key = await sut.keyText({ tenant: 'places', maxActiveRuns: 1 });
      for (const [method, path] of [
        ['POST', '/cancel'],
        ['DELETE', ''],
      ]) {
        const { id } = (await (await post(key)).json()) as RunResource;
        expect(await problemOf(await post(key))).toBe('429 QUOTA_RUNS');
        const answer = await fetch(`${sut.url}/v1/runs/${id}${path}`, { method, headers: bearer(key) });
        expect(answer.ok).toBe(true);
      }
      expect((await post(key)).status).toBe(202);
    });

    it('does not keep a repeated request from its first answer', async () => {
      const key = await sut.keyText({ tenant: 'repeating', maxActiveRuns: 1 });
      const headers = { 'idempotency-key': 'once' };
      const first = (await (await post(key, headers)).json()) as RunResource;
      expect(await problemOf(await post(key))).toBe('429 QUOTA_RUNS');
      const again = await post(key, headers);
      expect(again.status).toBe(202);
      expect(((await again.json()) as RunResource).id).toBe(first.id);
    });
  });

  describe('the quota of bytes', () => {
    it('lets exactly as many of 20 requests at once through as there is room for', async () => {
      const maxStoredBytes = Math.floor(clip.video.length * 2.9);
      const keys = await Promise.all([1, 2].map(() => sut.keyText({ tenant: 'bytes', maxStoredBytes })));
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(keys[i % 2]!, {}, another(i))));
      for (const { status, headers } of answers) {
        if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(await tally(answers)).toEqual({ '202': 2, '429 QUOTA_BYTES': 18 });
      await isNoLongerStored();
    });

    it('refuses what is announced to be too much before it is sent', async () => {
      const key = await sut.keyText({ tenant: 'announced', maxStoredBytes: 1000 });
      const upload = new RawUpload(sut.url, 100_000_000, bearer(key));
      await until('the answer arrives', async () => upload.answer.includes('\r\n\r\n'));
      expect(upload.answer).toMatch(/^HTTP\/1\.1 429 [^]*QUOTA_BYTES/);
      upload.disconnect();
    });

    it('refuses what turns out to be too much while it is sent', async () => {
      const key = await sut.keyText({ tenant: 'streaming', maxStoredBytes: 100_000 });
      let sent = 0;
      const film = async function* () {
        for (; sent < 400; sent++) {
          yield Buffer.alloc(65_536, sent);
          await sleep(5);
        }
      };
      const parts = [
        { name: 'mask', fileName: 'm.png', contentType: 'image/png', open: () => Readable.from([clip.mask]) },
        { name: 'video', fileName: 'v.mp4', contentType: 'video/mp4', open: () => Readable.from(film()) },
      ];
      const signal = new AbortController().signal;
      const answer = await uploadForm(`${sut.url}/v1/runs`, parts, { signal, headers: bearer(key) });
      expect([answer.status, (JSON.parse(answer.body) as Problem).code]).toEqual([429, 'QUOTA_BYTES']);
      expect(sent).toBeLessThan(400);
      await isNoLongerStored();
    });
  });

  describe('the rate limit', () => {
    const stateOf = ({ headers }: Response): string | null => headers.get('ratelimit');

    it('is counted for all gateways together, and says where a key stands', async () => {
      const key = await sut.keyText({ tenant: 'rate', requestsPerMinute: 4 });
      const answers: Response[] = [];
      for (let i = 0; i < 6; i++) answers.push(await sut.get('/v1/runs', key, sut.gateways[i % 2]));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429]);
      expect(answers.map(stateOf)).toEqual([3, 2, 1, 0, 0, 0].map((left) => expect.stringContaining(`r=${left};`)));
      expect(answers[0]!.headers.get('ratelimit-policy')).toBe('"key";q=4;w=60');
      expect(await problemOf(answers[4]!)).toBe('429 RATE_LIMITED');
    });

    it('is over when Retry-After says', async () => {
      const { id, key } = await sut.createKey({ tenant: 'patient', requestsPerMinute: 1 });
      await sut.get('/v1/runs', key);
      // A window that is nearly over, so that nobody has to wait a minute for its end.
      await redis(`PEXPIRE bull-rate:${id} 2500`);
      const refused = await sut.get('/v1/runs', key);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('ratelimit')).toMatch(`t=${refused.headers.get('retry-after')}`);
      await sleep(Number(refused.headers.get('retry-after')) * 1000);
      expect((await sut.get('/v1/runs', key)).status).toBe(200);
    });

    it('does not concern other keys', async () => {
      const [loud, quiet] = [await sut.keyText({ requestsPerMinute: 1 }), await sut.keyText({ requestsPerMinute: 1 })];
      expect((await sut.get('/v1/runs', loud)).status).toBe(200);
      expect((await sut.get('/v1/runs', loud)).status).toBe(429);
      expect((await sut.get('/v1/runs', quiet)).status).toBe(200);
    });

    it('is kept by each gateway for itself while Redis is away, which its metrics show', async () => {
      const key = await sut.keyText({ requestsPerMinute: 2 });
      await redis('SHUTDOWN NOSAVE');
      for (const base of sut.gateways) {
        const statuses: number[] = [];
        for (let i = 0; i < 3; i++) statuses.push((await sut.get('/v1/runs', key, base)).status);
        expect(statuses).toEqual([200, 200, 429]);
        const metrics = await (await fetch(`${base}/metrics`)).text();
        expect(metrics).toMatch(/^propago_rate_limit_without_redis_total [1-9]/m);
      }
    });

    const redis = async (command: string): Promise<void> => {
      const { hostname, port } = new URL(sut.platform.stack.servers.redisUrl);
      const socket = connect(Number(port), hostname, () => socket.write(`${command}\r\nQUIT\r\n`));
      await new Promise((resolve) => socket.resume().on('close', resolve).on('error', resolve));
    };
  });
});
