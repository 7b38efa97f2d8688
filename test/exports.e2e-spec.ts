import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnswerOf } from '@propago/contracts';
import { readEvents, type ServerSentEvent } from '../cli/src/sse';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, type Platform, type Problem, until } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { Propago } from './support/propago-command';
import { filesOfZip } from './support/zip';

jest.setTimeout(300_000);

type Export = AnswerOf<'Export'>;

describe('exports of a run', () => {
  let platform: Platform;
  let clip: SmallClip;
  let id: string;

  beforeAll(async () => {
    clip = await smallClip();
    platform = await sharedPlatform();
    ({ id } = await platform.succeededRun(clip));
  });
  afterAll(() => platform?.stop());

  const address = (rest = '') => `/v1/runs/${id}/exports${rest}`;

  const post = (body: object, run = id): Promise<Response> =>
    documentedFetch(`${platform.url}/v1/runs/${run}/exports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  async function made(body: object): Promise<Export> {
    const { id: exportId } = (await (await post(body)).json()) as Export;
    return ended(exportId);
  }

  async function ended(exportId: string): Promise<Export> {
    let found!: Export;
    await until('the export has ended', async () => {
      found = await platform.json<Export>(address(`/${exportId}`));
      return found.finishedAt !== null;
    });
    return found;
  }

  it('are the same for the same request, and others for others', async () => {
    const first = await made({ format: 'coco' });
    const again = (await (await post({ format: 'coco', options: { segmentation: 'rle' } })).json()) as Export;
    expect(again).toEqual(first);
    const other = await made({ format: 'coco', options: { segmentation: 'polygon' } });
    expect(other.id).not.toBe(first.id);
    const { items } = await platform.json<{ items: Export[] }>(address());
    expect(items).toEqual([other, first]);
  });

  it('serve their file in parts, and not again to whoever has it', async () => {
    const { id: exportId, file } = await made({ format: 'csv' });
    const whole = await platform.bytes(address(`/${exportId}/file`));
    expect(createHash('sha256').update(whole).digest('hex')).toBe(file!.sha256);
    expect(whole).toHaveLength(file!.bytes);
    const part = await platform.get(address(`/${exportId}/file`), { range: 'bytes=10-19' });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(10, 20));
    expect(part.headers.get('content-type')).toBe('text/csv');
    expect(part.headers.get('content-disposition')).toBe(`attachment; filename="clip-${id.slice(0, 8)}-csv.csv"`);
    const known = await platform.get(address(`/${exportId}/file`), { 'if-none-match': part.headers.get('etag')! });
    expect(known.status).toBe(304);
  });

  it('have the same bytes whenever they are made', async () => {
    for (const format of ['davis', 'coco', 'cvat-xml', 'ultralytics']) {
      const { id: exportId, file } = await made({ format });
      expect((await fetch(`${platform.url}${address(`/${exportId}`)}`, { method: 'DELETE' })).status).toBe(204);
      const again = await made({ format });
      expect(again.id).not.toBe(exportId);
      expect(again.file).toEqual(file);
    }
  });

  it('go with their file when they are removed', async () => {
    const { id: exportId } = await made({ format: 'sa-v' });
    expect(await platform.blobs(`exports/${id}`)).toContain(`exports/${id}/${exportId}`);
    expect((await fetch(`${platform.url}${address(`/${exportId}`)}`, { method: 'DELETE' })).status).toBe(204);
    expect(await codeOf(await platform.get(address(`/${exportId}`)))).toBe('EXPORT_NOT_FOUND');
    await until('the file is gone', async () => {
      return !(await platform.blobs(`exports/${id}`)).includes(`exports/${id}/${exportId}`);
    });
  });

  it('are told of on the event stream of the run, which ends when they are made', async () => {
    const { id: exportId } = (await (await post({ format: 'youtube-vis' })).json()) as Export;
    const events: ServerSentEvent[] = [];
    for await (const event of readEvents((await platform.get(`/v1/runs/${id}/events`)).body!)) events.push(event);
    const last = JSON.parse(events.at(-1)!.data) as AnswerOf<'RunEvent'>;
    expect(last.exports.find((each) => each.id === exportId)).toEqual({
      ...{ id: exportId, format: 'youtube-vis', state: 'ready' },
      progress: { done: clip.frames.length, total: clip.frames.length },
    });
    expect(events.at(-1)!.event).toBe('state');
    expect((await platform.json<Export>(address(`/${exportId}`))).state).toBe('ready');
  });

  it('belong to a revision: after a correction there is another one, and the first stays as it was', async () => {
    const run = await platform.succeededRun({ ...clip, options: { name: 'corrected', parameters: NATIVE_SIZE } });
    id = run.id;
    const before = await made({ format: 'davis' });
    const bytes = await platform.bytes(address(`/${before.id}/file`));
    const answer = await fetch(`${platform.url}/v1/runs/${id}/prompts/10`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ objects: [{ id: 2, absent: true }] }),
    });
    expect(answer.status).toBe(202);
    await platform.waitForEnd(id);
    const after = await made({ format: 'davis' });
    expect([before.revision, after.revision]).toEqual([1, 2]);
    expect(after.file).not.toEqual(before.file);
    expect((await platform.json<Export>(address(`/${before.id}`))).isCurrent).toBe(false);
    expect((await platform.bytes(address(`/${before.id}/file`))).equals(bytes)).toBe(true);
  });

  it.each([
    [{ format: 'coco', options: { segmentation: 'rles' } }, 'OPTION_OUT_OF_RANGE', 'rle, polygon'],
    [{ format: 'davis', options: { segmentation: 'rle' } }, 'OPTION_UNKNOWN', 'segmentation'],
    [{ format: 'coco', options: { tolerance: 21 } }, 'OPTION_OUT_OF_RANGE', '[0, 20]'],
    [{ format: 'cocoo' }, 'OPTION_OUT_OF_RANGE', 'coco'],
    [{}, 'OPTION_OUT_OF_RANGE', 'format'],
    [{ format: 'coco', options: { objects: [9] } }, 'OBJECT_UNKNOWN', '1, 2'],
    [[], 'REQUEST_INVALID', ''],
  ])('refuse %j as %s', async (body, code, word) => {
    const answer = await post(body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const { code: found, detail } = (await answer.json()) as Problem;
    expect([found, detail]).toEqual([code, expect.stringContaining(word)]);
  });

  it('are saved by the command line, and taken by it as prompts of another run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propago-import-'));
    try {
      const file = join(folder, 'masks.xml');
      const from = await platform.succeededRun(await smallClip({ seed: 3 }));
      const option = ['--option', 'tolerance=0', '--server', platform.url];
      const saved = new Propago(['export', from.id, '--format', 'cvat-xml', '-o', file, ...option]);
      expect(await saved.output()).toBe(`20 frames: ${file}`);
      expect(saved.stderr).toMatch(/^Mean Jaccard index between the \d+ masks and the file: (1\.0000|0\.9\d+)\.$/m);
      const into = await platform.succeededRun(await smallClip({ seed: 3, objects: 1 }));
      const taken = new Propago(['import', into.id, file, '--frames', '7', '--server', platform.url]);
      expect(await taken.output()).toMatch(/^1 frames, objects /);
      await platform.waitForEnd(into.id);
      const drawn = async (run: string) => (await platform.labelsOf(run, 7)).map((label) => Number(label > 0));
      const [wanted, found] = [await drawn(from.id), await drawn(into.id)];
      // Holes are filled, and nothing else differs.
      expect(found.filter((pixel, i) => pixel !== wanted[i]).length).toBeLessThan(20);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('of frames that have no masks yet are refused, and those there are can be exported', async () => {
    const long = await smallClip({ frames: 60, seed: 5 });
    const run = await platform.acceptedRun(long);
    const all = await post({ format: 'coco' }, run);
    // A fast machine may be done by now.
    if (all.status !== 202) expect(await codeOf(all)).toBe('RUN_NOT_FINISHED');
    let part!: Export;
    await until('some frames can be exported', async () => {
      const answer = await post({ format: 'davis', options: { frames: 'available' } }, run);
      part = (await answer.json()) as Export;
      return answer.status === 202;
    });
    expect(part.progress.total % 8 === 0 || part.progress.total === 60).toBe(true);
    id = run;
    const { state } = await ended(part.id);
    expect(state).toBe('ready');
    await platform.waitForEnd(run);
    const files = await filesOfZip(await platform.bytes(address(`/${part.id}/file`)));
    expect(files.size).toBe(part.progress.total + 1);
    for (const [name, png] of files) {
      if (!name.endsWith('.png')) continue;
      const frame = Number(/(\d+)\.png$/.exec(name)![1]);
      expect(png.equals(await platform.maskOf(run, frame))).toBe(true);
    }
  });
});

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as Problem).code;
}
