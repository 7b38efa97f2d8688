import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startBrowser } from './support/browser';
import { until, type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(1_800_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');
const FRAMES = 24;
const TOKEN = '0123456789abcdef0123456789abcdef01234567';
const [EMAIL, PASSWORD] = ['tester@example.org', 'a long password'];
const CONFIG = `<View><Labels name="labels" toName="film"><Label value="ball"/></Labels>
  <Video name="film" value="$video" framerate="24"/><VideoRectangle name="where" toName="film" smart="true"/></View>`;
/** It migrates its database at the first start, which takes minutes. */
const START_MS = 900_000;

type Box = [x: number, y: number, width: number, height: number];
interface Region {
  id: string;
  value: {
    labels: string[];
    sequence: { frame: number; enabled: boolean; x: number; y: number; width: number; height: number }[];
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** In percent; the overlap of two boxes by their union. */
function iou(a: Box, b: Box): number {
  const side = (axis: 0 | 1) =>
    Math.max(0, Math.min(a[axis] + a[axis + 2]!, b[axis] + b[axis + 2]!) - Math.max(a[axis], b[axis]));
  const both = side(0) * side(1);
  return both / (a[2] * a[3] + b[2] * b[3] - both);
}

describe('a real Label Studio', () => {
  let platform: Platform;
  let clip: SmallClip;
  let folder: string;
  let clients: string;
  let address: string;
  let isThere = false;
  const programs: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'propago-label-studio-'));
    const python = async (name: string) => {
      const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'scripts/python-env.mjs'), name]);
      if (stdout.trim() === '') process.stderr.write(stderr);
      return stdout.trim();
    };
    clients = await python('clients');
    const own = await python('label-studio');
    if (clients === '' || own === '') return;
    clip = await smallClip({ frames: FRAMES });
    platform = await sharedPlatform();
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    const env = {
      ...process.env,
      ...{ LABEL_STUDIO_BASE_DATA_DIR: folder, ML_BLOCK_LOCAL_IP: 'false', SSRF_PROTECTION_ENABLED: 'false' },
      ...{ COLLECT_ANALYTICS: 'false', LATEST_VERSION_CHECK: 'false', SENTRY_DSN: '', FRONTEND_SENTRY_DSN: '' },
      ...{ SECRET_KEY: 'of a test', DATABASE_URL: '', HOME: folder },
    };
    const args = [
      'start',
      '--no-browser',
      '--internal-host',
      '127.0.0.1',
      '--port',
      String(port),
      '--data-dir',
      folder,
    ];
    const user = ['--username', EMAIL, '--password', PASSWORD, '--user-token', TOKEN, '--enable-legacy-api-token'];
    const program = path.join(path.dirname(own), 'label-studio');
    const child = spawn(program, [...args, ...user], { env, stdio: 'ignore', detached: true });
    programs.push(child);
    const deadline = Date.now() + START_MS;
    const isUp = () =>
      fetch(`${address}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isUp())) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('Label Studio does not start');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    isThere = true;
  });
  afterAll(async () => {
    for (const { pid, exitCode } of programs) if (exitCode === null) process.kill(-pid!, 'SIGKILL');
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  async function ask<T>(method: string, at: string, body?: object): Promise<T> {
    const isForm = body instanceof FormData;
    const answer = await fetch(`${address}${at}`, {
      method,
      headers: { authorization: `Token ${TOKEN}`, ...(isForm ? {} : { 'content-type': 'application/json' }) },
      body: isForm ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
  }

  /** The box of an object as the clip was drawn, in percent; null where it is not seen. */
  function truth(frame: number, object: number): Box | null {
    const { width, height } = clip;
    const at = [...clip.truth[frame]!.keys()].filter((i) => clip.truth[frame]![i] === object);
    if (at.length === 0) return null;
    const [xs, ys] = [at.map((i) => i % width), at.map((i) => Math.floor(i / width))];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [right, bottom] = [Math.max(...xs) + 1, Math.max(...ys) + 1];
    const [w, h] = [100 / width, 100 / height];
    return [left * w, top * h, (right - left) * w, (bottom - top) * h];
  }

  it('has two boxes tracked on all frames of a clip, and shows them on its page', async () => {
    if (!isThere) return;
    const env = {
      ...process.env,
      ...{ PROPAGO_URL: platform.url, LABEL_STUDIO_URL: address, LABEL_STUDIO_API_KEY: TOKEN },
      PYTHONPATH: ['clients/python/src', 'integrations/label-studio/src'].map((p) => path.join(ROOT, p)).join(':'),
    };
    const backend = spawn(clients, ['-m', 'propago_label_studio', '--port', '0'], {
      ...{ env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
    });
    programs.push(backend);
    const [line] = (await once(backend.stdout!, 'data')) as [Buffer];
    const url = /http:\S+/.exec(line.toString())![0];

    const { id: project } = await ask<{ id: number }>('POST', '/api/projects', {
      title: 'balls',
      label_config: CONFIG,
    });
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
    await ask('POST', `/api/projects/${project}/import`, form);
    const { tasks } = await ask<{ tasks: { id: number }[] }>('GET', `/api/tasks?project=${project}`);
    const task = tasks[0]!.id;
    const model = await ask<{ id: number; state: string }>('POST', '/api/ml', {
      url,
      project,
      title: 'Propago',
      is_interactive: true,
    });
    expect(model.state).toBe('CO');

    const drawn = [1, 2].map((object) => {
      const [x, y, width, height] = truth(0, object)!;
      const key = { frame: 1, time: 1 / 24, enabled: true, rotation: 0, x, y, width, height };
      return {
        ...{ id: `ball-${object}`, type: 'videorectangle', from_name: 'where', to_name: 'film', origin: 'manual' },
        value: { labels: ['ball'], framesCount: FRAMES, duration: FRAMES / 24, sequence: [key] },
      };
    });
    const asked = await ask<{ data: { result: Region[] } }>('POST', `/api/ml/${model.id}/interactive-annotating`, {
      ...{ task, context: { result: drawn } },
    });
    const regions = asked.data.result;
    expect(regions.map(({ id }) => id).sort()).toEqual(['ball-1', 'ball-2']);
    for (const { id, value } of regions) {
      const object = Number(id.at(-1));
      const scores = [...clip.truth.keys()].flatMap((frame) => {
        const wanted = truth(frame, object);
        const found = value.sequence.find((key) => key.frame === frame + 1);
        if (!wanted) return [];
        return [found ? iou(wanted, [found.x, found.y, found.width, found.height]) : 0];
      });
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      console.log(`${id}: boxes on ${value.sequence.length} of ${FRAMES} frames, mean IoU ${mean.toFixed(3)}`);
      expect(value.sequence.length).toBe(FRAMES);
      expect(mean).toBeGreaterThan(0.5);
    }

    await ask('POST', `/api/tasks/${task}/annotations`, { result: regions });
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${address}/user/login/`);
      await page.fill('input[name=email]', EMAIL);
      await page.fill('input[name=password]', PASSWORD);
      await Promise.all([
        page.waitForURL((at) => !at.pathname.includes('login')),
        page.press('input[name=password]', 'Enter'),
      ]);
      await page.goto(`${address}/projects/${project}/data?task=${task}`);
      await until(
        'the page shows both objects',
        async () => (await page.getByText('ball', { exact: true }).count()) >= 3,
      );
    } finally {
      await browser.close();
    }
  });
});
