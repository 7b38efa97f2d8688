import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AnswerOf } from '@propago/contracts';
import { repoRoot } from '@propago/local-stack';
import { DEFAULT_VIDEO_LIMITS, openVideoSource, type DecodedFrame } from '@propago/video';
import { clip as fileClip, generateClip, testPicture } from '../libs/video/testing/generate-clip';
import { bearer, ClosedPlatform } from './support/closed-platform';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, until, type Problem, type RunResource } from './support/platform';
import { smallClip, zipOfFrames, type SmallClip } from './support/small-clip';

jest.setTimeout(240_000);

type Video = AnswerOf<'Video'>;
type FramePage = AnswerOf<'VideoFramePage'>;

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '2'];
const FOLDERS = ['uploads', 'videos', 'pictures', 'prompts', 'frames', 'features', 'labels', 'masks', 'exports'];

let sut: ClosedPlatform;
let folder: string;
let clip: SmallClip;
let key: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'propago-videos-'));
  clip = await smallClip();
  const encoders = ['conv-descriptor', 'colour-descriptor'].map((name) => join(repoRoot(), `encoders/${name}.onnx`));
  sut = await ClosedPlatform.start({
    RECONCILE_SECONDS: '1',
    QUEUE_LOCK_SECONDS: '3',
    ENCODERS: encoders.join(','),
  });
  key = await sut.keyText({ tenant: 'owner' });
}, 180_000);
afterAll(async () => {
  await sut?.stop();
  await rm(folder, { recursive: true, force: true });
});

const call = (method: string, path: string, { as = key, ...init }: RequestInit & { as?: string } = {}) =>
  documentedFetch(`${sut.url}${path}`, { method, ...init, headers: { ...bearer(as), ...init.headers } });

async function json<T>(path: string): Promise<T> {
  const answer = await call('GET', path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

function send(
  bytes: Buffer,
  { fileName = 'clip.mp4', ...init }: { fileName?: string; as?: string; headers?: Record<string, string> } = {},
) {
  const body = new FormData();
  body.append('video', new Blob([new Uint8Array(bytes)]), fileName);
  return call('POST', '/v1/videos', { body, ...init });
}

async function sent(bytes: Buffer, options: Parameters<typeof send>[1] = {}): Promise<Video> {
  const answer = await send(bytes, options);
  if (answer.status !== 201) throw new Error(`not accepted: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Video;
}

/** A run on a video that was sent before. */
async function runOn(videoId: string, options: object = { parameters: NATIVE_SIZE }): Promise<Response> {
  const body = new FormData();
  body.append('options', JSON.stringify(options));
  body.append('mask', new Blob([new Uint8Array(clip.mask)], { type: 'image/png' }), 'mask.png');
  body.append('videoId', videoId);
  return call('POST', '/v1/runs', { body });
}

async function endedRun(answer: Response): Promise<RunResource> {
  const { id, ...problem } = (await answer.json()) as RunResource;
  if (answer.status !== 202) throw new Error(JSON.stringify(problem));
  let run!: RunResource;
  await until(`run ${id} ends`, async () => {
    run = await json<RunResource>(`/v1/runs/${id}`);
    return ['succeeded', 'failed', 'cancelled'].includes(run.state);
  });
  return run;
}

async function removeRun(id: string): Promise<void> {
  expect((await call('DELETE', `/v1/runs/${id}`)).status).toBe(204);
  const isGone = async () => (await sut.platform.query('select 1 from "Run" where id = $1', [id])).length === 0;
  await until(`run ${id} is removed`, isGone);
}

async function removeVideo(id: string): Promise<void> {
  expect((await call('DELETE', `/v1/videos/${id}`)).status).toBe(204);
  const isGone = async () =>
    (await sut.platform.query('select 1 from "UploadedVideo" where id = $1', [id])).length === 0;
  await until(`video ${id} is removed`, isGone);
}

/** The whole frame table, once it is known. */
async function tableOf(id: string): Promise<FramePage> {
  let page!: FramePage;
  await until('the frame table is known', async () => {
    page = await json<FramePage>(`/v1/videos/${id}/frames?limit=1000`);
    return page.frames !== null;
  });
  return page;
}

const codeOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as Problem).code,
];

/** Frames of a file as the ingest service decodes them. */
async function decoded(bytes: Buffer): Promise<DecodedFrame[]> {
  const file = join(folder, 'decoded');
  await writeFile(file, bytes);
  const frames: DecodedFrame[] = [];
  for await (const frame of (await openVideoSource(file, DEFAULT_VIDEO_LIMITS)).frames()) frames.push(frame);
  return frames;
}

/** Mean difference of two pictures over all their samples, 0 to 255. */
function difference(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

async function pictureOf(
  id: string,
  frame: number,
  query = '',
): Promise<{ rgb: Buffer; width: number; height: number }> {
  const answer = await call('GET', `/v1/videos/${id}/frames/${frame}/image.jpg${query}`);
  if (answer.status !== 200) throw new Error(`frame ${frame}: ${answer.status} ${await answer.text()}`);
  const { data, info } = await sharp(Buffer.from(await answer.arrayBuffer()))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: data, width: info.width, height: info.height };
}

/** Frames that a stage has finished, counted when it has nothing left to do: a job is counted after its last file. */
async function framesDoneBy(stage: 'ingest' | 'pictures'): Promise<number> {
  const { url } = sut.platform.stack.services.processes.find(({ name }) => name === 'ingest')!;
  let text = '';
  await until(`${stage} is at rest`, async () => {
    text = await (await fetch(`${url}/metrics`)).text();
    return ['waiting', 'active'].every((state) =>
      new RegExp(`^propago_queue_jobs\\{stage="${stage}",state="${state}"\\} 0$`, 'm').test(text),
    );
  });
  return Number(new RegExp(`^propago_frames_total\\{stage="${stage}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

/** Clips as people send them, by what is odd about them. */
const ODD_CLIPS = {
  rotated: async () => {
    const flat = await oddClip('flat.mp4', H264);
    return generateClip(join(folder, 'turned.mp4'), [fileClip(flat)], ['-c', 'copy', '-metadata:s:v', 'rotate=90']);
  },
  'of a variable rate': () => {
    const uneven = [
      '-vf',
      'setpts=(N+0.3*N*N/10)/25/TB',
      '-fps_mode',
      'passthrough',
      '-video_track_timescale',
      '90000',
    ];
    return oddClip('variable.mp4', [...uneven, ...H264]);
  },
  'that starts late': () => oddClip('late.mkv', [...H264, '-output_ts_offset', '5.5']),
  'as a zip': async () => {
    const names = Array.from({ length: 20 }, (_, i) => `frame ${(i + 1) * 3}.png`);
    const zip = join(folder, 'frames.zip');
    await writeFile(zip, await zipOfFrames(clip, 'png', names));
    return zip;
  },
};

const oddClip = (name: string, args: string[]): Promise<string> =>
  generateClip(join(folder, name), [testPicture('160x120', 25, 40)], args);

describe('a video that is sent', () => {
  afterEach(async () => {
    for (const { id } of (await json<{ items: Video[] }>('/v1/videos')).items) await removeVideo(id);
    await until('nothing is left', async () => (await sut.platform.blobs(...FOLDERS)).length === 0);
    expect(await sut.platform.query('select 1 from "Video"')).toEqual([]);
  });

  it('has an address, what its file says, and no frames that anybody has asked for', async () => {
    const answer = await send(clip.video, { fileName: 'street.mp4' });
    expect(answer.status).toBe(201);
    const video = (await answer.json()) as Video;
    expect(answer.headers.get('location')).toBe(`/v1/videos/${video.id}`);
    expect(video).toMatchObject({
      fileName: 'street.mp4',
      isKept: true,
      bytes: clip.video.length,
      container: 'mp4',
      codec: 'h264',
      width: 192,
      height: 128,
      rotation: 0,
      frameRate: 24,
      framesEstimated: 20,
      frames: null,
      decoding: { state: 'pending', frames: 0, error: null },
      runs: 0,
    });
    expect(await json(`/v1/videos/${video.id}`)).toEqual(video);
    expect(await json('/v1/videos')).toEqual({ items: [video], next: null });
    await tableOf(video.id);
    expect(await json(`/v1/videos/${video.id}`)).toMatchObject({
      frames: 20,
      decoding: { state: 'decoded', frames: 20, error: null },
    });
  });

  it('is one video for one Idempotency-Key, and two without', async () => {
    const headers = { 'idempotency-key': 'a video' };
    const [first, again] = [await sent(clip.video, { headers }), await send(clip.video, { headers })];
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(((await again.json()) as Video).id).toBe(first.id);
    const other = await smallClip({ seed: 2 });
    expect(await codeOf(await send(other.video, { headers }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await sent(clip.video)).id).not.toBe(first.id);
    expect((await json<{ items: Video[] }>('/v1/videos')).items).toHaveLength(2);
    const page = await json<{ items: Video[]; next: string }>('/v1/videos?limit=1');
    expect((await json<{ items: Video[] }>(`/v1/videos?cursor=${page.next}`)).items).toMatchObject([{ id: first.id }]);
  });

  it('is refused as a run’s video is, and leaves nothing', async () => {
    expect(await codeOf(await send(Buffer.from('no video at all, but text'.repeat(50))))).toEqual([
      415,
      'VIDEO_FORBIDDEN_FORMAT',
    ]);
    const body = new FormData();
    body.append('film', 'x');
    expect(await codeOf(await call('POST', '/v1/videos', { body }))).toEqual([400, 'REQUEST_INVALID']);
  });

  it.each(Object.entries(ODD_CLIPS))(
    '%s has the frames that the encoder sees, in its table and as pictures',
    async (_, made) => {
      const bytes = await readFile(await made());
      const frames = await decoded(bytes);
      const { id, width, height } = await sent(bytes, { fileName: 'clip' });
      const { items, timeBase, next } = await tableOf(id);
      expect(next).toBeNull();
      expect(items).toEqual(
        frames.map(({ index, pts, keyFrame, name: stem }) => ({
          index,
          pts,
          seconds: (pts * timeBase.num) / timeBase.den,
          keyFrame,
          ...(stem === undefined ? {} : { name: stem }),
        })),
      );
      const part = await json<FramePage>(`/v1/videos/${id}/frames?limit=3&cursor=4`);
      expect(part.items.map(({ index }) => index)).toEqual([5, 6, 7]);
      expect(part.next).toBe('7');

      for (const frame of [frames.length - 1, 17, 0]) {
        const picture = await pictureOf(id, frame);
        expect([picture.width, picture.height]).toEqual([width, height]);
        const differences = frames.map(({ rgb }) => difference(rgb, picture.rgb));
        expect(differences.indexOf(Math.min(...differences))).toBe(frame);
        expect(differences[frame]).toBeLessThan(3);
      }
      const small = await pictureOf(id, 17, '?width=64');
      expect([small.width, small.height]).toEqual([64, Math.round((64 * height) / width)]);
    },
  );

  it('has pictures that are made together and kept: neighbours cost nothing more', async () => {
    const { id } = await sent(clip.video);
    await pictureOf(id, 3);
    const key3 = `/v1/videos/${id}/frames/3/image.jpg`;
    await until('the chunk is complete', async () => (await sut.platform.blobs('pictures')).length === 16);
    const made = await framesDoneBy('pictures');
    for (const frame of [0, 5, 15]) await pictureOf(id, frame);
    expect(await framesDoneBy('pictures')).toBe(made);
    const answer = await call('GET', key3);
    const etag = answer.headers.get('etag')!;
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect((await call('GET', key3, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await call('GET', `${key3}?width=64`, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('has no other frames, and no picture that is larger than they are', async () => {
    const { id } = await sent(clip.video);
    const image = (frame: string | number, query = '') =>
      call('GET', `/v1/videos/${id}/frames/${frame}/image.jpg${query}`);
    for (const frame of [20, 999_999, 'first'])
      expect(await codeOf(await image(frame))).toEqual([404, 'FRAME_NOT_FOUND']);
    for (const width of ['0', '193', 'wide', '15']) {
      expect(await codeOf(await image(0, `?width=${width}`))).toEqual([400, 'OPTION_OUT_OF_RANGE']);
    }
  });

  it('says why its frames cannot be known, and shows those before', async () => {
    const at = join(folder, 'damaged.mp4');
    const bytes = await readFile(
      await generateClip(at, [testPicture('320x240', 25, 60)], [...H264, '-movflags', '+faststart']),
    );
    bytes.fill(0xa5, Math.floor(bytes.length * 0.7), Math.floor(bytes.length * 0.75));
    const { id } = await sent(bytes);
    await until('the video has failed', async () => {
      await json(`/v1/videos/${id}/frames`);
      return (await json<Video>(`/v1/videos/${id}`)).decoding.state === 'failed';
    });
    const { decoding } = await json<Video>(`/v1/videos/${id}`);
    expect(decoding).toMatchObject({ error: { code: 'VIDEO_CORRUPT', detail: expect.stringMatching(/frame/i) } });
    await pictureOf(id, 0);
    expect((await codeOf(await call('GET', `/v1/videos/${id}/frames/59/image.jpg`)))[1]).toBe('VIDEO_CORRUPT');
  });

  it('is decoded to its end although the worker is killed in the middle', async () => {
    const at = join(folder, 'long.mp4');
    const frames = 600;
    const bytes = await readFile(await generateClip(at, [testPicture('640x360', 25, frames)], H264));
    const { id } = await sent(bytes);
    await until('it is being decoded', async () => {
      const { items } = await json<FramePage>(`/v1/videos/${id}/frames?limit=1000`);
      return items.length > 0;
    });
    await sut.platform.stack.services.kill('ingest', 0, 'SIGKILL');
    await sut.platform.stack.services.restart('ingest');
    const { items } = await tableOf(id);
    expect(items.map(({ index }) => index)).toEqual(Array.from({ length: frames }, (_, index) => index));
  });

  it('is the video of several runs, with other encoders too, and is decoded once for all of them', async () => {
    const { id } = await sent(clip.video);
    const first = await endedRun(await runOn(id));
    expect(first).toMatchObject({ state: 'succeeded', videoId: id, video: { fileName: 'clip.mp4' } });
    const decodedFrames = await framesDoneBy('ingest');
    const segments = await sut.platform.query('select * from "FrameSegment" order by "frameSetId", index');
    expect(segments.length).toBeGreaterThan(0);
    const blobs = await sut.platform.blobs('frames');

    const second = await endedRun(await runOn(id, { encoder: 'colour-descriptor', parameters: NATIVE_SIZE }));
    expect(second).toMatchObject({ state: 'succeeded', videoId: id, encoder: { name: 'colour-descriptor' } });
    expect(await sut.platform.query('select 1 from "FeatureSet"')).toHaveLength(2);
    expect(await sut.platform.query('select * from "FrameSegment" order by "frameSetId", index')).toEqual(segments);
    expect(await sut.platform.blobs('frames')).toEqual(blobs);
    expect(await framesDoneBy('ingest')).toBe(decodedFrames);

    expect(await json<Video>(`/v1/videos/${id}`)).toMatchObject({ runs: 2, frames: 20 });
    expect(await codeOf(await call('DELETE', `/v1/videos/${id}`))).toEqual([409, 'VIDEO_IN_USE']);
    for (const run of [first, second]) await removeRun(run.id);
    expect(await json<Video>(`/v1/videos/${id}`)).toMatchObject({ runs: 0, frames: 20 });
  });

  it('is decoded again where its frames had to make room for others', async () => {
    const { id } = await sent(clip.video);
    const first = await endedRun(await runOn(id));
    await sut.platform.store.deletePrefix('frames');
    const second = await endedRun(await runOn(id, { encoder: 'colour-descriptor', parameters: NATIVE_SIZE }));
    expect(second.state).toBe('succeeded');
    for (const run of [first, second]) await removeRun(run.id);
  });

  it('is named instead of a file or not at all, and must be there', async () => {
    const { id } = await sent(clip.video);
    const unknown = '00000000-0000-4000-8000-000000000000';
    for (const videoId of [unknown, 'nothing']) {
      expect(await codeOf(await runOn(videoId))).toEqual([404, 'VIDEO_NOT_FOUND']);
    }
    const body = new FormData();
    body.append('mask', new Blob([new Uint8Array(clip.mask)]), 'mask.png');
    body.append('videoId', id);
    body.append('video', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
    expect(await codeOf(await call('POST', '/v1/runs', { body }))).toEqual([400, 'REQUEST_INVALID']);
  });
});

describe('a video that comes with a run', () => {
  it('has frames to look at, is there for other runs, and goes with the last of them', async () => {
    const answer = await sut.platform.postRun({ ...clip, headers: bearer(key) });
    const first = await endedRun(answer);
    const id = first.videoId as string;
    expect(await json<Video>(`/v1/videos/${id}`)).toMatchObject({
      isKept: false,
      runs: 1,
      decoding: { state: 'decoded' },
    });
    expect((await pictureOf(id, 2)).width).toBe(192);
    const second = await endedRun(await runOn(id));
    await removeRun(first.id);
    await pictureOf(id, 19);
    await removeRun(second.id);
    expect(await codeOf(await call('GET', `/v1/videos/${id}`))).toEqual([404, 'VIDEO_NOT_FOUND']);
    expect(await sut.platform.blobs(...FOLDERS)).toEqual([]);
  });
});

describe('the same video of two tenants', () => {
  it('is a video of each, and neither learns of the other', async () => {
    const other = await sut.keyText({ tenant: 'other' });
    const mine = await sent(clip.video, { fileName: 'mine.mp4' });
    await tableOf(mine.id);
    const theirs = await sent(clip.video, { fileName: 'theirs.mp4', as: other });
    expect(theirs.id).not.toBe(mine.id);
    // Whether the frames are known already would tell that somebody has them.
    expect(theirs).toMatchObject({ fileName: 'theirs.mp4', frames: null, decoding: { state: 'pending', frames: 0 } });
    for (const path of ['', '/frames', '/frames/0/image.jpg']) {
      expect(await codeOf(await call('GET', `/v1/videos/${mine.id}${path}`, { as: other }))).toEqual([
        404,
        'VIDEO_NOT_FOUND',
      ]);
    }
    expect(await codeOf(await call('DELETE', `/v1/videos/${mine.id}`, { as: other }))).toEqual([
      404,
      'VIDEO_NOT_FOUND',
    ]);
    await removeVideo(mine.id);
    expect((await call('GET', `/v1/videos/${theirs.id}/frames/0/image.jpg`, { as: other })).status).toBe(200);
    expect((await call('DELETE', `/v1/videos/${theirs.id}`, { as: other })).status).toBe(204);
    await until('nothing is left', async () => (await sut.platform.blobs(...FOLDERS)).length === 0);
  });
});

describe('the quota of bytes', () => {
  it('counts a video that is kept, once also with its first run', async () => {
    const maxStoredBytes = Math.floor(clip.video.length * 2.5);
    const as = await sut.keyText({ tenant: 'full', maxStoredBytes });
    const [first, second] = [await sent(clip.video, { as }), await sent(clip.video, { as })];
    expect(await codeOf(await send(clip.video, { as }))).toEqual([429, 'QUOTA_BYTES']);
    const run = async () => {
      const body = new FormData();
      body.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
      body.append('mask', new Blob([new Uint8Array(clip.mask)]), 'mask.png');
      body.append('videoId', first.id);
      return call('POST', '/v1/runs', { body, as });
    };
    const accepted = await run();
    expect(accepted.status).toBe(202);
    const { id } = (await accepted.json()) as { id: string };
    expect(await codeOf(await run())).toEqual([429, 'QUOTA_BYTES']);
    expect((await call('DELETE', `/v1/videos/${second.id}`, { as })).status).toBe(204);
    // The soft labels of the first run count too.
    expect((await call('DELETE', `/v1/runs/${id}`, { as })).status).toBe(204);
    expect((await run()).status).toBe(202);
  });
});
