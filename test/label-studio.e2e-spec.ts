import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { until, type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');
const FRAMES = 12;
const CONFIG = `<View><Labels name="labels" toName="film"><Label value="ball"/></Labels>
  <Video name="film" value="$clip" framerate="24"/><VideoRectangle name="where" toName="film"/></View>`;

type Box = [x: number, y: number, width: number, height: number];
interface Key {
  frame: number;
  enabled: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Prediction {
  task?: number;
  score: number;
  model_version: string;
  result: { id: string; from_name: string; to_name: string; value: { labels: string[]; sequence: Key[] } }[];
}

describe('the backend of Label Studio', () => {
  let platform: Platform;
  let clip: SmallClip;
  let python: string | null;
  /** What stands in for Label Studio: it has the video, and takes predictions. */
  let labelStudio: Server;
  const asked: string[] = [];
  const written: Prediction[] = [];
  const backends: ChildProcess[] = [];

  beforeAll(async () => {
    const environment = path.join(ROOT, 'scripts/python-env.mjs');
    const { stdout, stderr } = await run(process.execPath, [environment, 'clients']);
    python = stdout.trim() || null;
    if (python === null) process.stderr.write(stderr);
    clip = await smallClip({ frames: FRAMES });
    platform = await sharedPlatform();
    labelStudio = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      if (request.method === 'GET') return void response.end(clip.video);
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        written.push(JSON.parse(Buffer.concat(parts).toString()) as Prediction);
        response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(labelStudio, 'listening');
  });
  afterAll(async () => {
    for (const backend of backends) backend.kill();
    labelStudio?.close();
    await platform?.stop();
  });

  const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** Starts a backend, and gives its address. */
  async function backend(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<string> {
    const own = {
      PROPAGO_URL: platform.url,
      LABEL_STUDIO_URL: addressOf(labelStudio),
      LABEL_STUDIO_API_KEY: '0'.repeat(40),
      PYTHONPATH: ['clients/python/src', 'integrations/label-studio/src'].map((p) => path.join(ROOT, p)).join(':'),
    };
    const child = spawn(python!, ['-m', 'propago_label_studio', '--port', '0', ...args], {
      env: { ...process.env, ...own, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    backends.push(child);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return /http:\S+/.exec(line.toString())![0];
  }

  /** The box of an object as the clip was drawn, in percent. */
  function truth(frame: number, object: number): Box {
    const { width, height } = clip;
    const at = [...clip.truth[frame]!.keys()].filter((i) => clip.truth[frame]![i] === object);
    const [xs, ys] = [at.map((i) => i % width), at.map((i) => Math.floor(i / width))];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [right, bottom] = [Math.max(...xs) + 1, Math.max(...ys) + 1];
    return [
      (100 * left) / width,
      (100 * top) / height,
      (100 * (right - left)) / width,
      (100 * (bottom - top)) / height,
    ];
  }

  const key = (frame: number, [x, y, width, height]: Box, enabled = true): Key => ({
    ...{ frame: frame + 1, time: (frame + 1) / 24, enabled, rotation: 0 },
    ...{ x, y, width, height },
  });
  const region = (id: string, sequence: Key[]) => ({
    ...{ id, type: 'videorectangle', from_name: 'where', to_name: 'film' },
    value: { labels: ['ball'], framesCount: FRAMES, duration: FRAMES / 24, sequence },
  });
  const taskOf = (id: number, result: object[], predictions: object[] = []) => ({
    ...{ id, data: { clip: '/data/upload/1/clip.mp4' }, annotations: [], predictions, drafts: [{ result }] },
  });

  async function ask(address: string, body: object, headers: Record<string, string> = {}) {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { results: Prediction[]; detail: string } };
  }

  function iou(a: Box, b: Box): number {
    const side = (i: 0 | 1) => Math.max(0, Math.min(a[i] + a[i + 2]!, b[i] + b[i + 2]!) - Math.max(a[i], b[i]));
    const shared = side(0) * side(1);
    return shared / (a[2] * a[3] + b[2] * b[3] - shared);
  }

  const boxOf = ({ x, y, width, height }: Key): Box => [x, y, width, height];

  it('labels all objects on all frames, in both directions, from boxes on any frame', async () => {
    if (python === null) return;
    const url = await backend();
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'UP' });
    expect((await ask(`${url}/setup`, { project: '1.2', schema: CONFIG })).body).toEqual({ model_version: 'propago' });
    const drawn = [region('first', [key(5, truth(5, 1))]), region('second', [key(7, truth(7, 2))])];
    const { status, body } = await ask(`${url}/predict`, { tasks: [taskOf(7, drawn)], label_config: CONFIG });
    expect([status, body.detail]).toEqual([200, undefined]);
    const [{ result, score }] = body.results as [Prediction];
    expect(result.map(({ id, from_name, to_name }) => [id, from_name, to_name])).toEqual([
      ['first', 'where', 'film'],
      ['second', 'where', 'film'],
    ]);
    expect(score).toBeGreaterThan(0.3);
    const values: number[] = [];
    for (const [i, { value }] of result.entries()) {
      expect(value.labels).toEqual(['ball']);
      expect(value.sequence.map(({ frame }) => frame)).toEqual(Array.from({ length: FRAMES }, (_, frame) => frame + 1));
      for (const each of value.sequence) values.push(iou(boxOf(each), truth(each.frame - 1, i + 1)));
    }
    // What was drawn comes back as it was.
    expect(boxOf(result[0]!.value.sequence[5]!)).toEqual(truth(5, 1));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    process.stdout.write(`boxes of two objects from one each: mean IoU ${mean.toFixed(3)}\n`);
    expect(mean).toBeGreaterThan(0.6);

    // The same question is answered by the same run; what came from here is not taken for drawn.
    const { total } = await countRuns();
    const again = [region('first', result[0]!.value.sequence), region('second', [key(7, truth(7, 2))])];
    const known = [{ result: [{ ...result[0]!, type: 'videorectangle' }] }];
    await ask(`${url}/predict`, { tasks: [taskOf(7, drawn)], label_config: CONFIG });
    expect(await countRuns()).toEqual({ total });
    await ask(`${url}/predict`, { tasks: [taskOf(7, again)], label_config: CONFIG });
    const other = await backend();
    await ask(`${other}/predict`, { tasks: [taskOf(7, again, known)], label_config: CONFIG });
    expect(await countRuns()).toEqual({ total });
    const [x, ...rest] = truth(10, 1);
    again[0]!.value.sequence[10] = key(10, [x + 0.2, ...rest]);
    await ask(`${url}/predict`, { tasks: [taskOf(7, again)], label_config: CONFIG });
    expect(await prompted()).toEqual([5, 7, 10]);
    expect(asked.filter((line) => line.startsWith('GET'))).toEqual([
      `GET /data/upload/1/clip.mp4 Token ${'0'.repeat(40)}`,
    ]);
  });

  const runs = async () => (await platform.json<{ items: { id: string }[] }>('/v1/runs?tag=label-studio')).items;
  const countRuns = async () => ({ total: (await runs()).length });
  /** Frames that the newest run has been told of. */
  async function prompted(): Promise<number[]> {
    const { items } = await platform.json<{ items: { frame: number }[] }>(`/v1/runs/${(await runs())[0]!.id}/prompts`);
    return items.map(({ frame }) => frame);
  }

  it('writes through the API what is not there in time, and ends an object where it was ended', async () => {
    if (python === null) return;
    const url = await backend({}, '--answer-within', '0');
    const drawn = [region('gone', [key(2, truth(2, 1)), key(4, truth(4, 1), false)])];
    const { body } = await ask(`${url}/predict`, { tasks: [taskOf(8, drawn)], label_config: CONFIG });
    expect(body.results).toMatchObject([{ result: [] }]);
    await until('the prediction is written', async () => written.length > 0);
    const [{ task, result, model_version }] = written as [Prediction];
    expect([task, model_version]).toEqual([8, expect.stringMatching(/^propago-[0-9a-f]{8}$/)]);
    const sequence = result[0]!.value.sequence;
    expect(sequence.map(({ frame, enabled }) => [frame, enabled])).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ]);
    expect(await prompted()).toEqual([2, 4, 5]);
  });

  it('says what is wrong with a config, a frame rate, an address and a password', async () => {
    if (python === null) return;
    const url = await backend({ LABEL_STUDIO_BACKEND_PASSWORD: 'secret' });
    const basic = { authorization: `Basic ${Buffer.from('any:secret').toString('base64')}` };
    expect((await ask(`${url}/predict`, {})).status).toBe(401);
    const tasks = [taskOf(9, [region('r', [key(0, truth(0, 1))])])];
    const refused = async (body: object) => (await ask(`${url}/predict`, body, basic)).body.detail;
    expect(await refused({ tasks, label_config: '<View/>' })).toMatch(/no VideoRectangle/);
    expect(await refused({ tasks, label_config: CONFIG.replace('"24"', '"30"') })).toMatch(/framerate="24"/);
    const elsewhere = [{ ...tasks[0]!, data: { clip: 'http://127.0.0.2:1/clip.mp4' } }];
    expect(await refused({ tasks: elsewhere, label_config: CONFIG })).toMatch(/--video-host/);
    expect(await refused({ tasks: [{}], label_config: CONFIG })).toBeDefined();
    expect((await ask(`${url}/webhook`, { action: 'TASKS_CREATED' }, basic)).status).toBe(200);
  });
});
