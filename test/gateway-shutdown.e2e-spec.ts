import { Queues } from '@propago/pipeline';
import { startPlatform, until, type Platform, type RunResource } from './support/platform';
import { FORM_END, partHead, RawUpload } from './support/raw-upload';
import { smallClip } from './support/small-clip';

jest.setTimeout(120_000);

describe('a gateway that gets SIGTERM', () => {
  let platform: Platform;
  let queues: Queues;

  beforeAll(async () => {
    // A busy machine must not cut what is under way.
    platform = await startPlatform({ SHUTDOWN_SECONDS: '60' });
    queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 15 });
  });
  afterAll(async () => {
    await queues?.close();
    await platform?.stop();
  });

  const isTaken = (): Promise<boolean> =>
    platform.get('/v2/health/live').then(
      ({ ok }) => ok,
      () => false,
    );

  it('answers the upload that is under way, ends event streams, and takes no new request', async () => {
    const clip = await smallClip();
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
