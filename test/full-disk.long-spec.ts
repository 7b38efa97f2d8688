import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { type Platform, startPlatform, until, type Problem } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { SmallDisk } from './support/small-disk';

const FRAMES = 48;
const MEGABYTES = 80;
const disk = SmallDisk.mount(MEGABYTES);
const note = disk ? '' : ' (skipped: this process may not mount a tmpfs)';

jest.setTimeout(240_000);

(disk ? describe : describe.skip)(`a storage on a small disk${note}`, () => {
  const small = disk!;
  let platform: Platform;
  let clip: SmallClip;
  let undisturbed: string;

  beforeAll(async () => {
    clip = await smallClip({ width: 448, height: 256, frames: FRAMES, objects: 2, seed: 5 });
    const storageUrl = pathToFileURL(join(small.path, 'blobs')).href;
    platform = await startPlatform({ RECONCILE_SECONDS: '0.5' }, { storageUrl });
    const { id } = await platform.succeededRun(clip);
    undisturbed = await platform.digestOfMasks(id, FRAMES);
    await platform.removeRun(id);
  });
  afterEach(() => small.free());
  afterAll(async () => {
    await platform?.stop();
    small.unmount();
  });

  const urlOf = (service: string) => platform.stack.services.processes.find(({ name }) => name === service)!.url;
  const ready = async (service: string) => {
    const answer = await fetch(`${urlOf(service)}/v2/health/ready`);
    const { dependencies } = (await answer.json()) as { dependencies: Record<string, string> };
    return { status: answer.status, storage: dependencies.storage };
  };
  const gauge = async (name: string) => {
    const text = await (await fetch(`${urlOf('gateway')}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  const waiting = async () => {
    const text = await (await fetch(`${urlOf('gateway')}/metrics`)).text();
    return [...text.matchAll(/^propago_queue_jobs\{stage="\w+",state="delayed"\} (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  };

  /** A run that found the disk full in its middle. */
  async function waitingRun(): Promise<string> {
    const id = await platform.acceptedRun(clip);
    await until('the run is in its middle', async () => (await platform.run(id)).progress.features!.done >= 16);
    await until('a job of the run waits', async () => {
      // What the stages remove is filled again.
      await small.fill();
      return (await waiting()) > 0;
    });
    return id;
  }

  it('is shown by health and metrics while it has room', async () => {
    expect(await ready('gateway')).toEqual({ status: 200, storage: 'ok' });
    expect(await gauge('propago_storage_total_bytes')).toBe(MEGABYTES * 2 ** 20);
    expect(await gauge('propago_storage_free_bytes')).toBe(await small.freeBytes());
    expect(await gauge('propago_storage_full')).toBe(0);
  });

  it('makes a run wait that it has no room for; with room it goes on to the same masks', async () => {
    const id = await waitingRun();
    const refused = await platform.postRun(await smallClip({ frames: 4, seed: 1 }));
    expect(refused.status).toBe(507);
    for (const service of ['gateway', 'ingest', 'results']) {
      const { status, storage } = await ready(service);
      expect({ status, storage }).toEqual({
        status: 200,
        storage: expect.stringMatching(/ free of 80 MiB, uploads are refused$/),
      });
    }
    expect(await gauge('propago_storage_full')).toBe(1);
    expect(await platform.run(id)).toMatchObject({ state: 'running', error: null });
    await small.free();
    expect(await platform.waitForEnd(id)).toMatchObject({ state: 'succeeded', error: null });
    expect(await platform.digestOfMasks(id, FRAMES)).toBe(undisturbed);
    await platform.removeRun(id);
  });

  it('lets a run that waits be cancelled, and removed with everything it has', async () => {
    const id = await waitingRun();
    expect((await fetch(`${platform.url}/v1/runs/${id}/cancel`, { method: 'POST' })).status).toBe(202);
    expect((await platform.waitForEnd(id)).state).toBe('cancelled');
    await platform.removeRun(id);
    await until('nothing of it is left', async () => {
      return (await platform.blobs('videos', 'prompts', 'frames', 'features', 'labels', 'masks')).length === 0;
    });
  });

  it.each([
    ['is full', 0],
    ['has less free than uploads must leave', 2 * 2 ** 20],
  ])('refuses uploads with what is free when it %s, before it has any of them', async (_, left) => {
    await small.fill(left);
    const answer = await platform.postRun(clip);
    expect(answer.status).toBe(507);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.has('retry-after')).toBe(true);
    const problem = (await answer.json()) as Problem;
    expect(problem).toMatchObject({ code: 'STORAGE_FULL', status: 507 });
    expect(problem.detail).toMatch(/ free of 80 MiB, and uploads must leave 4\.0 MiB of it free\./);
    expect(await platform.blobs('uploads', 'videos', 'prompts')).toEqual([]);
    expect(platform.partsInStorage()).toEqual([]);
    await small.free();
    await platform.removeRun((await platform.succeededRun(await smallClip({ frames: 4, seed: 2 }))).id);
  });

  it('refuses an upload of unknown length when it has filled the disk, and leaves nothing of it', async () => {
    await small.fill(6 * 2 ** 20);
    async function* form() {
      yield Buffer.from('--b\r\ncontent-disposition: form-data; name="video"; filename="clip.mp4"\r\n\r\n');
      for (let megabyte = 0; megabyte < 16; megabyte++) yield Buffer.alloc(2 ** 20, 1);
      yield Buffer.from('\r\n--b--\r\n');
    }
    const answer = await fetch(`${platform.url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: Readable.toWeb(Readable.from(form())) as ReadableStream,
      duplex: 'half',
    });
    expect(answer.status).toBe(507);
    expect(await answer.json()).toMatchObject({
      code: 'STORAGE_FULL',
      detail: 'There is no room left in the storage.',
    });
    await until('nothing of it is left', async () => {
      return platform.partsInStorage().length === 0 && (await platform.blobs('uploads')).length === 0;
    });
  });

  it('gives up features that no run needs now before it refuses uploads for long', async () => {
    const { id } = await platform.succeededRun(clip);
    expect((await platform.blobs('features')).length).toBeGreaterThan(0);
    await small.fill(2 * 2 ** 20);
    await until('the features are gone', async () => (await platform.blobs('features')).length === 0);
    expect((await ready('gateway')).storage).toBe('ok');
    expect(await platform.digestOfMasks(id, FRAMES)).toBe(undisturbed);
    await small.free();
    await platform.removeRun(id);
  });

  it('refuses encoders as it refuses videos', async () => {
    await small.fill();
    const form = new FormData();
    form.append('model', new Blob([new Uint8Array(100)]), 'model.onnx');
    const answer = await fetch(`${platform.url}/v1/admin/models/full/versions`, { method: 'POST', body: form });
    expect(answer.status).toBe(507);
    expect(await answer.json()).toMatchObject({ code: 'STORAGE_FULL' });
  });

  it('is reported in the log once it runs short, and once it has room again', async () => {
    await small.fill();
    const { logFile } = platform.stack.services.processes.find(({ name }) => name === 'gateway')!;
    await until('the log says so', async () =>
      /"warn".*runs short of room: .* free of 80 MiB/.test(readFileSync(logFile, 'utf8')),
    );
    await small.free();
    await until('the log says so', async () => /has room again/.test(readFileSync(logFile, 'utf8')));
  });
});
