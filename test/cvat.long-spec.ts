import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');

describe('CVAT', () => {
  let platform: Platform;
  let clip: SmallClip;
  let folder: string;
  let python: string | null;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'propago-cvat-'));
    const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'scripts/python-env.mjs'), 'formats']);
    python = stdout.trim() || null;
    if (python === null) process.stderr.write(stderr);
    clip = await smallClip({ frames: 10, objects: 2, seed: 7 });
    platform = await sharedPlatform();
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a program of test/cvat. @returns what it prints as JSON */
  async function printed(program: string, ...args: string[]): Promise<unknown> {
    const sources = ['clients/python/src', 'integrations/cvat/src'].map((source) => path.join(ROOT, source));
    const own = { PROPAGO_URL: platform.url, PROPAGO_API_KEY: '', PYTHONDONTWRITEBYTECODE: '1' };
    const env = { ...process.env, ...own, PYTHONPATH: sources.join(':') };
    const { stdout } = await run(python!, [path.join(ROOT, 'test/cvat', program), ...args], { cwd: folder, env });
    return JSON.parse(stdout) as unknown;
  }

  it('has masks and polygons tracked by the worker of its own agent, all objects of a frame at once', async () => {
    if (python === null) return;
    const { videoId } = await platform.succeededRun(clip);
    const truth = path.join(folder, 'truth');
    writeFileSync(truth, Buffer.concat(clip.truth));
    const scores = (await printed('track.py', String(videoId), truth)) as Record<string, { iou: number; held: number }>;
    console.log(`IoU with the truth after the first frame: ${JSON.stringify(scores)}`);
    for (const { iou, held } of Object.values(scores)) {
      expect(iou).toBeGreaterThan(0.7);
      expect(held).toBe(4);
    }
    // Each frame was a run of its own, which is gone, and so is its video.
    const { items } = await platform.json<{ items: { tags: string[] }[] }>('/v1/runs?tag=cvat');
    expect(items).toEqual([]);
  });

  it('gives what is drawn in a task, and takes the masks of a run', async () => {
    if (python === null) return;
    const { id, shapes } = (await printed('tasks.py')) as { id: string; shapes: number };
    expect(await platform.run(id)).toMatchObject({ state: 'succeeded', name: 'CVAT task 7' });
    expect(shapes).toBeGreaterThan(6);
  });
});
