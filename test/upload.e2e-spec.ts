import { Queues } from '@propago/pipeline';
import { Platform, startPlatform, until, type Problem, type RunResource } from './support/platform';
import { FORM_END, partHead, RawUpload } from './support/raw-upload';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(120_000);

const LIMIT = 2_000_000;

let platform: Platform;
let clip: SmallClip;

beforeAll(async () => {
  clip = await smallClip({ frames: 12 });
  // Shutting down on a busy machine must not cut what is under way.
  platform = await startPlatform({ MAX_UPLOAD_BYTES: String(LIMIT), SHUTDOWN_SECONDS: '60' });
});
afterAll(() => platform?.stop());

describe('an upload', () => {
  afterEach(async () => {
    await until('no part of an upload is left', async () => platform.partsInStorage().length === 0);
    expect(await platform.blobs('uploads', 'videos', 'prompts')).toEqual([]);
    expect(await platform.query('select 1 from "Run" union select 1 from "Video"')).toEqual([]);
  });

  it('over the limit is refused with the limit', async () => {
    const answer = await platform.postRun({ video: Buffer.alloc(LIMIT + 1), mask: clip.mask });
    expect(answer.status).toBe(413);
    const problem = (await answer.json()) as Problem;
    expect(problem).toMatchObject({ code: 'UPLOAD_TOO_LARGE', status: 413 });
    expect(problem.detail).toContain(String(LIMIT));
  });

  it('far over the limit is answered although its rest is not stored', async () => {
    const answer = await platform.postRun({ video: Buffer.alloc(40 * LIMIT), mask: clip.mask });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
  });

  it('of exactly the limit is read to its end', async () => {
    const answer = await platform.postRun({ video: Buffer.alloc(LIMIT), mask: clip.mask });
    expect(await answer.json()).toMatchObject({ code: 'VIDEO_NOT_RECOGNISED' });
  });

  it('whose mask is a film is refused', async () => {
    const answer = await platform.postRun({ video: clip.video, mask: Buffer.alloc(70 * 2 ** 20) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
  });

  it('that is refused in its middle leaves a connection that serves the next request', async () => {
    const film = Buffer.alloc(3 * LIMIT);
    const head = `${partHead('movie', 'film.mp4')}first bytes`;
    const upload = new RawUpload(platform.url, head.length + film.length + FORM_END.length);
    await upload.send(head);
    await until('the refusal arrives', async () => upload.answer.includes('REQUEST_INVALID'));
    await upload.send(Buffer.concat([film, Buffer.from(FORM_END)]));
    await upload.send('GET /v2/health/live HTTP/1.1\r\nhost: test\r\n\r\n');
    await until('the next answer arrives', async () => upload.answer.includes('"live":true'));
    upload.disconnect();
  });

  it('whose client disconnects in the middle leaves nothing', async () => {
    const upload = new RawUpload(platform.url, LIMIT, { 'idempotency-key': 'broken-off' });
    await upload.send(partHead('video', 'clip.mp4'));
    await upload.send(Buffer.alloc(500_000, 1));
    await until('a part is stored', async () => platform.partsInStorage().length === 1);
    upload.disconnect();
    await until('the part is gone', async () => platform.partsInStorage().length === 0);
    // The key of a request that failed is free again.
    await until(
      'the key is free',
      async () => (await platform.query('select 1 from "IdempotencyRecord"')).length === 0,
    );
  });

  it('that ends without the end of its form is refused', async () => {
    const body = Buffer.concat([Buffer.from(partHead('video', 'clip.mp4')), clip.video]);
    const upload = new RawUpload(platform.url, body.length);
    await upload.send(body);
    await until('the answer arrives', async () => /UPLOAD_ABORTED/.test(upload.answer));
    expect(upload.answer).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json/s);
    upload.disconnect();
  });
});

describe('a gateway that gets SIGTERM', () => {
  let queues: Queues;

  beforeAll(() => {
    queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 15 });
  });
  afterAll(() => queues.close());

  const isTaken = (): Promise<boolean> =>
    platform.get('/v2/health/live').then(
      ({ ok }) => ok,
      () => false,
    );

  it('answers the upload that is under way, ends event streams, and takes no new request', async () => {
    // A run that does not end: its stream stays open.
    await queues.of('ingest').pause();
    const watched = await platform.acceptedRun(clip);
    const events = (await platform.get(`/v1/runs/${watched}/events`)).text();

    const [mask, video] = [Buffer.from(partHead('mask', 'm.png')), Buffer.from(`\r\n${partHead('video', 'v.mp4')}`)];
    const body = Buffer.concat([mask, clip.mask, video, clip.video, Buffer.from(FORM_END)]);
    const sentBefore = body.length - 1000;
    const upload = new RawUpload(platform.url, body.length);
    await upload.send(body.subarray(0, sentBefore));
    await until('the video is being stored', async () => platform.partsInStorage().length === 1);

    const restarted = platform.stack.services.restart('gateway');
    await until('no new request is taken', async () => !(await isTaken()));
    expect(await events).toContain('"state":"queued"');
    await upload.send(body.subarray(sentBefore));
    await until('the upload is answered', async () => upload.answer.includes('"timings"'));
    expect(upload.answer).toMatch(/^HTTP\/1\.1 202 /);
    // By itself: after its shutdown it raises the signal again.
    expect(await restarted).toBe('ended by SIGTERM');

    const [, id] = /location: \/v1\/runs\/(\S+)/i.exec(upload.answer)!;
    await queues.of('ingest').resume();
    for (const run of [watched, id!]) {
      expect(await platform.waitForEnd(run)).toMatchObject({ state: 'succeeded' } satisfies Partial<RunResource>);
    }
  });
});
