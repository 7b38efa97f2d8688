import { randomUUID } from 'node:crypto';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import {
  bombPng,
  boxesOf,
  deepPng,
  greyPng,
  indexAtEnd,
  liveRecording,
  soundOnly,
  withoutFrames,
} from './support/odd-files';
import { NATIVE_SIZE, Platform, until, type Problem, type RunRequest, type RunResource } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, zipOfFrames, type SmallClip } from './support/small-clip';
import { filesOfZip, zipOf } from './support/zip';
import { documentedFetch } from './support/documented-fetch';

jest.setTimeout(120_000);

/** Everything that a request may leave: blobs of these folders and rows of these tables. */
const FOLDERS = ['uploads', 'videos', 'prompts', 'frames', 'features', 'labels', 'masks', 'exports'];
const TABLES = [
  'Video',
  'FeatureSet',
  'Run',
  'IdempotencyRecord',
  'UploadedVideo',
  'FrameSet',
  'FrameSegment',
  'RunOutcome',
];

let platform: Platform;
let clip: SmallClip;

beforeAll(async () => {
  clip = await smallClip({ frames: 12 });
  platform = await sharedPlatform();
}, 120_000);
afterAll(() => platform?.stop());

const rowsIn = async (tables: string[]): Promise<string[]> => {
  const counts = tables.map((table) => `select '${table}' as name where exists (select 1 from "${table}")`);
  return (await platform.query<{ name: string }>(counts.join(' union all '))).map(({ name }) => name);
};
afterEach(async () => {
  expect(await platform.blobs(...FOLDERS)).toEqual([]);
  expect(await rowsIn(TABLES)).toEqual([]);
});

const problemOf = async (answer: Response): Promise<Problem> => {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await answer.json()) as Problem;
  expect(problem).toMatchObject({ status: answer.status, type: `urn:propago:error:${problem.code}` });
  expect(problem.title).toMatch(/\.$/);
  return problem;
};

/** What a request gets instead of a run; by default all of it is good. */
const refusal = async (request: RunRequest): Promise<Problem> =>
  problemOf(await platform.postRun({ video: clip.video, mask: clip.mask, ...request }));

/** A run that is accepted and fails, as it was; it is removed. */
const failedRun = async (video: Buffer): Promise<RunResource> => {
  const id = await platform.acceptedRun({ video, mask: clip.mask });
  const run = await platform.waitForEnd(id);
  const intermediate = (): Promise<string[]> => platform.blobs('uploads', 'frames', 'labels');
  await until('what the failed run has made on its way is gone', async () => (await intermediate()).length === 0);
  await platform.removeRun(id);
  return run;
};

describe('a video', () => {
  it('that is a picture is refused', async () => {
    expect(await refusal({ video: clip.mask })).toMatchObject({ code: 'VIDEO_NOT_RECOGNISED', status: 415 });
  });

  it('that is empty is refused', async () => {
    expect(await refusal({ video: Buffer.alloc(0) })).toMatchObject({ code: 'VIDEO_NOT_RECOGNISED' });
  });

  it('with its index at the end that is cut is refused', async () => {
    const video = await indexAtEnd();
    expect(boxesOf(video).at(-1)).toBe('moov');
    const cut = video.subarray(0, Math.floor(video.length * 0.6));
    expect(await refusal({ video: cut })).toMatchObject({ code: 'VIDEO_TRUNCATED', status: 422 });
  });

  it('with its index in front that is cut is refused', async () => {
    expect(boxesOf(clip.video).indexOf('moov')).toBeLessThan(boxesOf(clip.video).indexOf('mdat'));
    const cut = clip.video.subarray(0, Math.floor(clip.video.length * 0.7));
    expect(await refusal({ video: cut })).toMatchObject({ code: 'VIDEO_TRUNCATED', status: 422 });
  });

  it('that states no length and is cut fails its run, which leaves no frames and labels', async () => {
    const video = await liveRecording();
    const run = await failedRun(video.subarray(0, Math.floor(video.length * 0.8)));
    expect(run).toMatchObject({ state: 'failed', error: { code: 'VIDEO_TRUNCATED' } });
  });

  it('without pictures, only sound, is refused', async () => {
    expect(await refusal({ video: await soundOnly() })).toMatchObject({ code: 'VIDEO_NO_STREAM', status: 422 });
  });

  it('without frames fails its run', async () => {
    const run = await failedRun(await withoutFrames());
    expect(run).toMatchObject({ state: 'failed', error: { code: 'VIDEO_NO_FRAMES' } });
  });

  it('that is an HLS playlist named mp4 is refused', async () => {
    const video = Buffer.from('#EXTM3U\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n');
    expect(await refusal({ video })).toMatchObject({ code: 'VIDEO_FORBIDDEN_FORMAT', status: 415 });
  });

  it('that is a concat script named mp4 is refused', async () => {
    const video = Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n");
    expect(await refusal({ video })).toMatchObject({ code: 'VIDEO_FORBIDDEN_FORMAT', status: 415 });
  });
});

describe('a zip of frames', () => {
  const frame = async (): Promise<Buffer> => (await filesOf(await zipOfFrames(clip, 'png', ['a.png'])))[0]!;
  const filesOf = async (zip: Buffer): Promise<Buffer[]> => [...(await filesOfZip(zip)).values()];

  it('with .. in a name is refused', async () => {
    // yazl writes no such name: change it in both places where it stands.
    const zip = await zipOf([{ name: 'aa/00000.png', bytes: await frame() }]);
    const video = Buffer.from(zip.toString('latin1').replaceAll('aa/00000.png', '../00000.png'), 'latin1');
    expect(await refusal({ video })).toMatchObject({ code: 'ZIP_UNSAFE_ENTRY', status: 422 });
  });

  it('with a symbolic link is refused', async () => {
    const video = await zipOf([
      { name: '00000.png', bytes: await frame() },
      { name: '00001.png', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 },
    ]);
    expect(await refusal({ video })).toMatchObject({ code: 'ZIP_UNSAFE_ENTRY', status: 422 });
  });

  it('without a frame is refused', async () => {
    const video = await zipOf([{ name: 'README', bytes: Buffer.from('nothing') }]);
    expect(await refusal({ video })).toMatchObject({ code: 'ZIP_NO_FRAMES', status: 422 });
  });

  it('whose second frame is of another size fails its run', async () => {
    const other = await smallClip({ width: 128, height: 96, frames: 1 });
    const [small] = await filesOf(await zipOfFrames(other, 'png', ['a.png']));
    const video = await zipOf([
      { name: '0.png', bytes: await frame() },
      { name: '1.png', bytes: small! },
    ]);
    expect(await failedRun(video)).toMatchObject({ state: 'failed', error: { code: 'FRAME_SIZE_MISMATCH' } });
  });
});

describe('a mask', () => {
  const indexed = (width: number, height: number, indexAt: (i: number) => number): Buffer => {
    const indices = Uint8Array.from({ length: width * height }, (_, i) => indexAt(i));
    return encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE });
  };

  it('of another size than the video is refused, naming both', async () => {
    const problem = await refusal({ mask: indexed(96, 64, (i) => i % 2) });
    expect(problem).toMatchObject({ code: 'MASK_SIZE_MISMATCH', status: 422 });
    expect(problem.detail).toMatch(/^The mask is 96x64 and the video is 192x128\. .*same shape/);
  });

  it('without foreground is refused', async () => {
    expect(await refusal({ mask: indexed(192, 128, () => 0) })).toMatchObject({ code: 'MASK_EMPTY', status: 422 });
  });

  it('with 300 classes in 16 bits is refused', async () => {
    expect(await refusal({ mask: deepPng(192, 128, 300) })).toMatchObject({ code: 'MASK_BIT_DEPTH', status: 422 });
  });

  it('with 100 classes is refused, naming the limit', async () => {
    const problem = await refusal({ mask: indexed(192, 128, (i) => i % 101) });
    expect(problem).toMatchObject({ code: 'MASK_TOO_MANY_CLASSES', status: 422 });
    expect(problem.detail).toContain('100 classes; at most 64');
  });

  it('that is grey and anti-aliased is refused, saying what to do', async () => {
    const mask = greyPng(192, 128, (x) => Math.min(255, Math.max(0, (x - 90) * 25)));
    const problem = await refusal({ mask });
    expect(problem).toMatchObject({ code: 'MASK_NOT_BINARY', status: 422 });
    expect(problem.detail).toContain('threshold');
  });

  it('that is anti-aliased and saved with a palette is refused, as the grey one is', async () => {
    const soft = (i: number): number => Math.min(255, Math.max(0, ((i % 192) - 90) * 25));
    const indices = Uint8Array.from({ length: 192 * 128 }, (_, i) => soft(i));
    const palette = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
    const problem = await refusal({ mask: encodeIndexedPng({ width: 192, height: 128, indices, palette }) });
    expect(problem).toMatchObject({ code: 'MASK_NOT_BINARY', status: 422 });
    expect(problem.detail).toContain('threshold');
  });

  it('that claims to be huge is refused', async () => {
    const mask = bombPng(60_000, 60_000, 1000);
    expect(mask.length).toBeLessThan(1000);
    expect(await refusal({ mask })).toMatchObject({ code: 'MASK_TOO_LARGE', status: 422 });
  });

  it('that inflates to more than its size is refused', async () => {
    const mask = bombPng(192, 128, 200_000_000);
    expect(await refusal({ mask })).toMatchObject({ code: 'MASK_CORRUPT', status: 422 });
  });

  it('that is a JPEG is refused', async () => {
    const mask = Buffer.from('ffd8ffe000104a46494600010100', 'hex');
    expect(await refusal({ mask })).toMatchObject({ code: 'MASK_NOT_PNG', status: 415 });
  });
});

describe('an option', () => {
  it('out of its range is refused, naming it and the range', async () => {
    const problem = await refusal({ options: { parameters: { topK: 0 } } });
    expect(problem).toMatchObject({ code: 'OPTION_OUT_OF_RANGE', status: 400 });
    expect(problem.detail).toBe('Expected parameters.topK in [1, 64].');
  });

  it.each([
    ['fixed', { kind: 'fixed', width: 4096, height: 4096 }, '4096x4096 px, 16777216 pixels'],
    ['of a long video', { kind: 'short-side', shortSide: 2160, multipleOf: 8, rounding: 'nearest' }, '3240x2160 px'],
  ])('whose frames take too much memory (%s) is refused, naming size and limit', async (_, inputSize, size) => {
    const problem = await refusal({ options: { parameters: { inputSize } } });
    expect(problem).toMatchObject({ code: 'INPUT_TOO_LARGE', status: 422 });
    expect(problem.detail).toContain(size);
    expect(problem.detail).toContain('accepts 1000000');
    expect(problem.detail).toMatch(/It accepts inputSize \{.*\}\.$/);
  });

  it('of more text than options take is refused as too large', async () => {
    const problem = await refusal({ options: { encoder: 'x'.repeat(2 ** 21) } });
    expect(problem).toMatchObject({ code: 'UPLOAD_TOO_LARGE', status: 413 });
  });

  it('of a wrong length is refused, naming the length', async () => {
    const problem = await refusal({ options: { encoder: '' } });
    expect(problem).toMatchObject({
      code: 'OPTION_OUT_OF_RANGE',
      detail: 'Expected encoder to have a length in [1, 160].',
    });
  });

  it('that is not known is refused by its name', async () => {
    const problem = await refusal({ options: { parameters: { ...NATIVE_SIZE, topk: 5 } } });
    expect(problem).toMatchObject({ code: 'OPTION_UNKNOWN', status: 400 });
    expect(problem.detail).toContain('parameters.topk');
  });

  it('naming an unknown preset is refused, listing the known ones', async () => {
    const problem = await refusal({ options: { preset: 'best' } });
    expect(problem).toMatchObject({ code: 'PRESET_UNKNOWN', status: 400 });
    expect(problem.detail).toMatch(/'best'.*siammae.*dino/);
  });

  it('naming an unknown encoder is refused, listing the known ones', async () => {
    const problem = await refusal({ options: { encoder: 'resnet' } });
    expect(problem).toMatchObject({ code: 'ENCODER_UNKNOWN', status: 400 });
    expect(problem.detail).toMatch(/'resnet'.*conv-descriptor/);
  });

  it('that is no JSON is refused', async () => {
    expect(await refusal({ options: '{"preset":' })).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
  });
});

describe('the address of a run', () => {
  it.each(['', '/events', '/frames', '/frames/0/mask.png', '/masks.zip', '/overlay.mp4'])(
    'that does not exist is answered by RUN_NOT_FOUND at %s',
    async (rest) => {
      for (const id of [randomUUID(), 'garbage']) {
        const problem = await problemOf(await platform.get(`/v1/runs/${id}${rest}`));
        expect(problem).toMatchObject({ code: 'RUN_NOT_FOUND', status: 404, instance: `/v1/runs/${id}${rest}` });
      }
    },
  );

  it.each([
    ['POST', '/cancel'],
    ['DELETE', ''],
  ])('that does not exist is answered by RUN_NOT_FOUND to %s %s', async (method, rest) => {
    for (const id of [randomUUID(), 'garbage']) {
      const answer = await documentedFetch(`${platform.url}/v1/runs/${id}${rest}`, { method });
      expect(await problemOf(answer)).toMatchObject({ code: 'RUN_NOT_FOUND', status: 404 });
    }
  });
});

describe('a request', () => {
  it('without a video is refused', async () => {
    expect(await refusal({ video: undefined })).toMatchObject({ code: 'VIDEO_MISSING', status: 400 });
  });

  it('without a mask is refused', async () => {
    expect(await refusal({ mask: undefined })).toMatchObject({ code: 'MASK_MISSING', status: 400 });
  });

  it.each([
    ['JSON that is no object', 'application/json', '[]'],
    ['JSON of nothing', 'application/json', 'null'],
    ['broken JSON', 'application/json', '{'],
    ['text', 'text/plain', 'video'],
    ['a multipart body without a boundary', 'multipart/form-data', 'video'],
  ])('with %s as its body is refused', async (_, type, body) => {
    const answer = await documentedFetch(`${platform.url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(await problemOf(answer)).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
  });

  it.each([
    ['a video', '{}', 'VIDEO_MISSING'],
    ['labels', `{"videoId":"${randomUUID()}"}`, 'MASK_MISSING'],
  ])('as JSON must have %s', async (_, body, code) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', headers, body });
    expect(await problemOf(answer)).toMatchObject({ code, status: 400 });
  });

  it('without a body is refused', async () => {
    const answer = await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST' });
    expect(await problemOf(answer)).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
  });

  it('with a file in another field is refused, naming the fields', async () => {
    const form = new FormData();
    form.append('movie', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
    const problem = await problemOf(await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: form }));
    expect(problem).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
    expect(problem.detail).toContain('not movie');
  });

  it.each([
    ['options', 'The field options'],
    ['mask', 'A mask of frame 0'],
    ['video', 'The field video'],
  ] as const)('with %s sent twice is refused, naming it', async (name, what) => {
    const form = new FormData();
    const add = {
      options: () => form.append('options', '{}'),
      mask: () => form.append('mask', new Blob([new Uint8Array(clip.mask)]), 'mask.png'),
      video: () => form.append('video', new Blob([new Uint8Array(clip.video)]), 'clip.mp4'),
    };
    for (const part of ['options', 'mask', 'video', name] as const) add[part as keyof typeof add]();
    const problem = await problemOf(await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: form }));
    expect(problem).toMatchObject({ code: 'REQUEST_INVALID', detail: `${what} was sent twice.` });
  });

  it.each([
    ['GET', '/v1/nothing', 'ROUTE_NOT_FOUND', 404],
    ['PUT', '/v1/runs', 'METHOD_NOT_ALLOWED', 405],
  ])('%s %s is answered by a problem', async (method, path, code, status) => {
    const problem = await problemOf(await documentedFetch(`${platform.url}${path}`, { method }));
    expect(problem).toMatchObject({ code, status });
  });

  it('with a page size or cursor of nonsense is refused', async () => {
    expect(await problemOf(await platform.get('/v1/runs?limit=0'))).toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
    expect(await problemOf(await platform.get('/v1/runs?cursor=x'))).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it.each(['%zz', 'x'.repeat(5000)])('with the id %.10s that cannot be read is answered by a problem', async (id) => {
    const answer = await platform.get(`/v1/runs/${id}`);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = await problemOf(answer);
    expect(problem).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
    expect(JSON.stringify(problem).length).toBeLessThan(1000);
  });

  it('with a body of a type that is not taken is refused as that', async () => {
    const answer = await documentedFetch(`${platform.url}/v1/runs`, {
      method: 'POST',
      body: '<run/>',
      headers: { 'content-type': 'text/xml' },
    });
    expect(await problemOf(answer)).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED', status: 415 });
  });
});
