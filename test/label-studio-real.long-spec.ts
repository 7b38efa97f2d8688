import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { DEFAULT_VIDEO_LIMITS, openVideoSource } from '@propago/video';
import { startBrowser } from './support/browser';
import { pixelsOf, until, type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { mp4Of, smallClip } from './support/small-clip';

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
/** The longest that a question for boxes may take. */
const ANSWER_SECONDS = 600;
/** Three objects on 66 frames. */
const REAL = path.join(ROOT, '../shared/data/dogs-jump');

type Box = [x: number, y: number, width: number, height: number];
/** A video of 24 frames per second, and the object ids of each frame, height x width. */
interface Clip {
  video: Buffer;
  width: number;
  height: number;
  truth: Uint8Array[];
}
interface Project {
  id: number;
  task: number;
  /** Of the backend, as Label Studio numbers it. */
  model: number;
}
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

/** The box of an object as the clip was drawn, in percent; null where it is not seen. */
function truthOf({ width, height, truth }: Clip, frame: number, object: number): Box | null {
  const at = [...truth[frame]!.keys()].filter((i) => truth[frame]![i] === object);
  if (at.length === 0) return null;
  const [xs, ys] = [at.map((i) => i % width), at.map((i) => Math.floor(i / width))];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [right, bottom] = [Math.max(...xs) + 1, Math.max(...ys) + 1];
  const [w, h] = [100 / width, 100 / height];
  return [left * w, top * h, (right - left) * w, (bottom - top) * h];
}

/** Mean IoU of the boxes of a region on all frames that its object is on, printed. */
function scoreOf(clip: Clip, { id, value }: Region, object: number): number {
  const scores = [...clip.truth.keys()].flatMap((frame) => {
    const wanted = truthOf(clip, frame, object);
    const found = value.sequence.find((key) => key.frame === frame + 1);
    if (!wanted) return [];
    return [found ? iou(wanted, [found.x, found.y, found.width, found.height]) : 0];
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  console.log(`${id}: boxes on ${value.sequence.length} of ${clip.truth.length} frames, mean IoU ${mean.toFixed(3)}`);
  return mean;
}

/** A clip of ../shared as H.264, which browsers play. */
async function realClip(): Promise<Clip> {
  const source = await openVideoSource(path.join(REAL, 'video.mp4'), DEFAULT_VIDEO_LIMITS);
  const frames: Buffer[] = [];
  for await (const { rgb } of source.frames()) frames.push(Buffer.from(rgb));
  const masks = path.join(REAL, 'Annotations');
  const files = readdirSync(masks).sort();
  const truth = files.map((name) => pixelsOf(readFileSync(path.join(masks, name))));
  const { width, height } = truth[0]!;
  const video = await mp4Of(frames, { width, height });
  return { width, height, truth: truth.map(({ samples }) => samples), video };
}

describe('a real Label Studio', () => {
  let platform: Platform;
  let clip: Clip;
  let folder: string;
  let address: string;
  /** Address of the backend. */
  let url: string;
  let isThere = false;
  const programs: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'propago-label-studio-'));
    const python = async (name: string) => {
      const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'scripts/python-env.mjs'), name]);
      if (stdout.trim() === '') process.stderr.write(stderr);
      return stdout.trim();
    };
    const clients = await python('clients');
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
      // Longer than it waits by default: what this takes says nothing on a busy machine.
      ML_TIMEOUT_PREDICT: String(ANSWER_SECONDS + 20),
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
    url = await backend(clients);
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

  /** Starts the backend, and gives its address. */
  async function backend(python: string): Promise<string> {
    const env = {
      ...process.env,
      ...{ PROPAGO_URL: platform.url, LABEL_STUDIO_URL: address, LABEL_STUDIO_API_KEY: TOKEN },
      PYTHONPATH: ['clients/python/src', 'integrations/label-studio/src'].map((p) => path.join(ROOT, p)).join(':'),
    };
    const args = ['-m', 'propago_label_studio', '--port', '0', '--answer-within', String(ANSWER_SECONDS)];
    const child = spawn(python, args, { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    programs.push(child);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return /http:\S+/.exec(line.toString())![0];
  }

  /** A project with a task of the clip, connected with the backend. */
  async function projectOf({ video }: Clip, title: string): Promise<Project> {
    const { id } = await ask<{ id: number }>('POST', '/api/projects', { title, label_config: CONFIG });
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(video)]), 'clip.mp4');
    await ask('POST', `/api/projects/${id}/import`, form);
    const { tasks } = await ask<{ tasks: { id: number }[] }>('GET', `/api/tasks?project=${id}`);
    const about = { url, project: id, title: 'Propago', is_interactive: true };
    const model = await ask<{ id: number; state: string }>('POST', '/api/ml', about);
    expect(model.state).toBe('CO');
    return { id, task: tasks[0]!.id, model: model.id };
  }

  /** What comes back for boxes of objects on the first frame, as the page asks for it. */
  async function boxesFor(clip: Clip, { task, model }: Project, objects: number[]): Promise<Region[]> {
    const [framesCount, duration] = [clip.truth.length, clip.truth.length / 24];
    const drawn = objects.map((object) => {
      const [x, y, width, height] = truthOf(clip, 0, object)!;
      const key = { frame: 1, time: 1 / 24, enabled: true, rotation: 0, x, y, width, height };
      return {
        ...{ id: `object-${object}`, type: 'videorectangle', from_name: 'where', to_name: 'film', origin: 'manual' },
        value: { labels: ['ball'], framesCount, duration, sequence: [key] },
      };
    });
    const asked = await ask<{ data: { result: Region[] } }>('POST', `/api/ml/${model}/interactive-annotating`, {
      ...{ task, context: { result: drawn } },
    });
    expect(asked.data.result.map(({ id }) => id).sort()).toEqual(objects.map((object) => `object-${object}`));
    return asked.data.result;
  }

  /** Opens a task on Label Studio's page, signed in. */
  async function onPage(project: Project, work: (page: Page) => Promise<void>): Promise<void> {
    const browser = await startBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      await page.goto(`${address}/user/login/`);
      await page.fill('input[name=email]', EMAIL);
      await page.fill('input[name=password]', PASSWORD);
      await Promise.all([
        page.waitForURL((at) => !at.pathname.includes('login')),
        page.press('input[name=password]', 'Enter'),
      ]);
      await page.goto(`${address}/projects/${project.id}/data?task=${project.task}`);
      await work(page);
    } finally {
      await browser.close();
    }
  }

  it('has two boxes tracked on all frames of a clip, and shows them on its page', async () => {
    if (!isThere) return;
    const project = await projectOf(clip, 'balls');
    const regions = await boxesFor(clip, project, [1, 2]);
    for (const region of regions) {
      expect(region.value.sequence.length).toBe(FRAMES);
      expect(scoreOf(clip, region, Number(region.id.at(-1)))).toBeGreaterThan(0.5);
    }
    await ask('POST', `/api/tasks/${project.task}/annotations`, { result: regions });
    await onPage(project, (page) =>
      until('the page shows both objects', async () => (await page.getByText('ball', { exact: true }).count()) >= 3),
    );
  });

  it('has a box that is drawn with the mouse tracked when it is submitted', async () => {
    if (!isThere) return;
    const project = await projectOf(clip, 'drawn');
    await onPage(project, async (page) => {
      await page.waitForSelector('video', { state: 'attached' });
      await page.getByText('Auto-Annotation').click();
      await page.getByText('ball', { exact: true }).first().click();
      const isLoaded = `document.querySelector('video').readyState >= 2`;
      await until('the video is loaded', () => page.evaluate<boolean>(isLoaded));
      // It lies in its own size in the middle.
      const canvas = (await page.locator('canvas').first().boundingBox())!;
      const [x, y, width, height] = truthOf(clip, 0, 1)!;
      const at = (right: number, down: number): [number, number] => [
        canvas.x + canvas.width / 2 + (right / 100 - 0.5) * clip.width,
        canvas.y + canvas.height / 2 + (down / 100 - 0.5) * clip.height,
      ];
      await page.mouse.move(...at(x, y));
      await page.mouse.down();
      await page.mouse.move(...at(x + width, y + height), { steps: 10 });
      await page.mouse.up();
      const answered = page.waitForResponse((answer) => answer.url().includes('/interactive-annotating'), {
        timeout: ANSWER_SECONDS * 1000,
      });
      await page.getByRole('button', { name: 'Submit' }).click();
      const { data } = (await (await answered).json()) as { data: { result: Region[] } };
      const [region] = data.result as [Region];
      const [drawn] = region.value.sequence;
      expect(iou([x, y, width, height], [drawn!.x, drawn!.y, drawn!.width, drawn!.height])).toBeGreaterThan(0.8);
      expect(region.value.sequence.length).toBe(FRAMES);
      expect(scoreOf(clip, region, 1)).toBeGreaterThan(0.5);
    });
  });

  const present = existsSync(REAL);
  (present ? it : it.skip)(`has three boxes tracked on a real clip${present ? '' : ': no ../shared'}`, async () => {
    if (!isThere) return;
    const real = await realClip();
    const regions = await boxesFor(real, await projectOf(real, 'dogs'), [1, 2, 3]);
    const scores = regions.map((region) => scoreOf(real, region, Number(region.id.at(-1))));
    for (const { value } of regions) expect(value.sequence.length).toBe(real.truth.length);
    // Two dogs in front of each other, and a person who moves her arms: a hard one for an ellipse.
    expect(Math.max(...scores)).toBeGreaterThan(0.3);
  });
});
