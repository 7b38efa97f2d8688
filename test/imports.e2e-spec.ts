import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, until, type Platform, type Problem, type RunResource } from './support/platform';
import { Propago } from './support/propago-command';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(300_000);

let platform: Platform;
let clip: SmallClip;
let from: RunResource;

beforeAll(async () => {
  clip = await smallClip({ frames: 10, objects: 2, seed: 3 });
  platform = await sharedPlatform();
  from = await platform.succeededRun(clip);
});
afterAll(() => platform?.stop());

interface Imported {
  revision: number;
  frames: number[];
  objects: { id: number; name: string | null; kind: string; points?: string[] }[];
}

const square = (x: number, y: number) => [
  [x, y],
  [x + 20, y],
  [x + 20, y + 30],
  [x, y + 30],
];

/** Sends a file as prompts of a run. */
async function send(id: string, file: Uint8Array | string, query = '', type = 'application/octet-stream') {
  return documentedFetch(`${platform.url}/v1/runs/${id}/prompts${query}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: new Blob([file as Uint8Array<ArrayBuffer>]),
  });
}

async function taken(answer: Response): Promise<Imported> {
  const body = await answer.text();
  expect([answer.status, body]).toEqual([202, expect.anything()]);
  return JSON.parse(body) as Imported;
}

async function refusal(answer: Response): Promise<[number, string]> {
  const { code } = (await answer.json()) as Problem;
  return [answer.status, code];
}

/** A run on the clip with one object of its own. */
async function another(): Promise<RunResource> {
  const form = new FormData();
  form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
  form.append('objects', JSON.stringify([{ id: 1, name: 'mine' }]));
  form.append('prompts', JSON.stringify([{ frame: 0, objects: [{ id: 1, polygons: [square(4, 4)] }] }]));
  form.append('videoId', String(from.videoId));
  const answer = await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: form });
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as RunResource;
  return platform.waitForEnd(id);
}

/** What an export of the first run holds. */
async function exported(format: string, options: object = {}): Promise<Buffer> {
  const path = `/v1/runs/${from.id}/exports`;
  const answer = await documentedFetch(`${platform.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format, options }),
  });
  const { id } = (await answer.json()) as { id: string };
  await until('the export is made', async () => {
    const { state } = await platform.json<{ state: string }>(`${path}/${id}`);
    return state === 'ready';
  });
  const file = await fetch(`${platform.url}${path}/${id}/file`);
  return Buffer.from(await file.arrayBuffer());
}

describe('a file of another program becomes prompts of a run', () => {
  it.each([
    ['coco', {}, 'application/octet-stream'],
    ['cvat-xml', { tolerance: 0 }, 'application/xml'],
    ['label-studio', {}, 'application/octet-stream'],
  ])('of the format %s, with the objects that are new to it', async (format, options, type) => {
    const file = await exported(format, options);
    const run = await another();
    const { revision, frames, objects } = await taken(await send(run.id, file, '?frames=3,7', type));
    expect([revision, frames]).toEqual([Number(run.revision) + 1, [3, 7]]);
    expect(objects.map(({ kind }) => kind)).toEqual(['mask', 'mask']);
    expect(objects.map(({ id }) => id)).not.toContain(1);
    await platform.waitForEnd(run.id);
    const { items } = await platform.json<{ items: { frame: number; objects: { id: number }[] }[] }>(
      `/v1/runs/${run.id}/prompts`,
    );
    const ids = objects.map(({ id }) => ({ id, isAbsent: false }));
    expect(items).toMatchObject([{ frame: 0 }, { frame: 3, objects: ids }, { frame: 7, objects: ids }]);
    const drawn = async (id: string, of: number[]) =>
      [...(await platform.labelsOf(id, 3))].map((label) => Number(of.includes(label)));
    const wanted = await drawn(from.id, [1, 2]);
    const found = await drawn(
      run.id,
      objects.map(({ id }) => id),
    );
    const different = found.filter((pixel, i) => pixel !== wanted[i]).length;
    // Boxes of Label Studio hold more than the object, and holes of polygons are filled.
    if (format === 'coco') expect(different).toBe(0);
    else if (format === 'cvat-xml') expect(different).toBeLessThan(20);
    else expect(wanted.every((pixel, i) => pixel === 0 || found[i] === 1)).toBe(true);
  });

  it('of LabelMe begins a run, and corrects it on a frame, by the name of its object', async () => {
    const shapes = [{ label: 'cyclist', shape_type: 'polygon', points: square(20, 10) }];
    const file = { imagePath: 'f_000002.jpg', imageWidth: clip.width, imageHeight: clip.height, shapes };
    const form = new FormData();
    form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
    form.append('annotations', JSON.stringify(file));
    form.append('videoId', String(from.videoId));
    const answer = await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: form });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as RunResource;
    await platform.waitForEnd(id);
    const pixels = async (frame: number) => (await platform.labelsOf(id, frame)).filter((label) => label === 1).length;
    expect(await pixels(2)).toBe(600);
    const put = (body: object) =>
      documentedFetch(`${platform.url}/v1/runs/${id}/prompts/6`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const rectangle = { label: 'cyclist', shape_type: 'rectangle', points: [square(40, 20)[0], [50, 30]] };
    expect((await put({ ...file, shapes: [rectangle] })).status).toBe(202);
    await platform.waitForEnd(id);
    expect(await pixels(6)).toBe(100);
    const unknown = { ...rectangle, label: 'dog' };
    expect(await refusal(await put({ ...file, shapes: [unknown] }))).toEqual([422, 'OBJECT_UNKNOWN']);
  });

  it.each([
    ['DeepLabCut', 'scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\nlabeled-data/clip/img003.png,10,20\n'],
    ['SLEAP', 'track,frame_idx,instance.score,nose.x,nose.y\n,3,,10.0,20.0\n'],
  ])('of %s, with an object that has key points', async (_program, csv) => {
    const run = await another();
    const { frames, objects } = await taken(await send(run.id, csv, '', 'text/csv'));
    expect([frames, objects]).toEqual([[3], [expect.objectContaining({ kind: 'keypoints', points: ['nose'] })]]);
    await platform.waitForEnd(run.id);
    const { items } = await platform.json<{ items: { keypoints: { id: number; points: object[] }[] }[] }>(
      `/v1/runs/${run.id}/frames`,
    );
    const [animal] = items[3]!.keypoints;
    expect(animal).toMatchObject({ id: objects[0]!.id, points: [{ name: 'nose', x: 10.5, y: 20.5 }] });
    // The file has one animal, and so has the run by now.
    expect((await taken(await send(run.id, csv, '', 'text/csv'))).objects).toEqual(objects);
  });

  it('of sleap-io, from a project of SLEAP, by the command line', async () => {
    const environment = join(__dirname, '../scripts/python-env.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [environment, 'formats']);
    if (stdout.trim() === '') return;
    const folder = mkdtempSync(join(tmpdir(), 'propago-sleap-'));
    try {
      const program = `
import numpy, sleap_io
skeleton, track = sleap_io.Skeleton(["head", "tail"]), sleap_io.Track("fly")
video = sleap_io.Video("clip.mp4", open_backend=False)
points = numpy.array([[30.25, 40.0], [numpy.nan, numpy.nan]])
instance = sleap_io.Instance.from_numpy(points, skeleton, track=track)
frame = sleap_io.LabeledFrame(video=video, frame_idx=4, instances=[instance])
sleap_io.Labels([frame], videos=[video], skeletons=[skeleton], tracks=[track]).save("project.slp")
sleap_io.save_csv(sleap_io.load_slp("project.slp", open_videos=False), "points.csv", format="sleap")`;
      await promisify(execFile)(stdout.trim(), ['-c', program], { cwd: folder });
      const run = await another();
      const file = join(folder, 'points.csv');
      const command = new Propago(['import', run.id, file, '--server', platform.url]);
      expect(await command.output()).toBe('1 frames, objects 2');
      await platform.waitForEnd(run.id);
      const { items } = await platform.json<{ items: { frame: number; objects: object[] }[] }>(
        `/v1/runs/${run.id}/prompts`,
      );
      expect(items[1]).toMatchObject({
        frame: 4,
        objects: [{ id: 2, points: [{ name: 'head', x: 30.75, y: 40.5 }, { visibility: 'absent' }] }],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('or is refused, and says why', async () => {
    const run = await another();
    const labelme = (imageWidth: number) =>
      JSON.stringify({
        imagePath: '000002.jpg',
        imageWidth,
        imageHeight: clip.height,
        shapes: [{ label: 'a', shape_type: 'polygon', points: square(20, 10) }],
      });
    const coded = async (file: string | Uint8Array, query = '') => refusal(await send(run.id, file, query));
    expect(await coded('no file of any program')).toEqual([422, 'ANNOTATIONS_INVALID']);
    expect(await coded('<annotations>')).toEqual([422, 'ANNOTATIONS_INVALID']);
    expect(await coded('{"frames":[],"objects":[]}')).toEqual([422, 'KEYPOINTS_EMPTY']);
    expect(await coded(labelme(clip.width + 1))).toEqual([422, 'MASK_SIZE_MISMATCH']);
    expect(await coded(labelme(clip.width), '?frames=5')).toEqual([422, 'ANNOTATIONS_INVALID']);
    expect(await coded(labelme(clip.width), '?frames=x')).toEqual([400, 'REQUEST_INVALID']);
    expect(await coded(labelme(clip.width).replace('000002', '000099'))).toEqual([404, 'FRAME_NOT_FOUND']);
    const png = encodeIndexedPng({ width: 1, height: 1, indices: new Uint8Array(1), palette: VOC_PALETTE });
    expect(await coded(png)).toEqual([422, 'ANNOTATIONS_INVALID']);
    const named = (name: string) => labelme(clip.width).replace('"a"', JSON.stringify(name));
    expect(await coded(named('a\u0000b'))).toEqual([400, 'TEXT_INVALID']);
    expect(await coded(named('a'.repeat(201)))).toEqual([400, 'REQUEST_INVALID']);
    const folder = mkdtempSync(join(tmpdir(), 'propago-import-'));
    writeFileSync(join(folder, 'x.json'), '[]');
    const command = new Propago(['import', run.id, join(folder, 'x.json'), '--server', platform.url]);
    expect(await command.ended).toBe(1);
    expect(command.stderr).toContain('ANNOTATIONS_INVALID');
    rmSync(folder, { recursive: true });
    expect((await platform.run(run.id)).revision).toBe(run.revision);
  });
});
