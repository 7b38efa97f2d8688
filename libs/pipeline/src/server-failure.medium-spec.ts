import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@propago/contracts';
import { PipelineFixture } from './pipeline.fixture';
import { asPlatformError, serverFailure } from './server-failure';

let fixture: PipelineFixture;

beforeAll(async () => {
  fixture = await PipelineFixture.start();
  fixture.openQueues();
}, 60_000);
afterAll(async () => {
  await fixture?.clear();
  await fixture?.stop();
});

const line = { tenant: 'default', urgency: 'user' } as const;
const enqueue = () => fixture.queues.add('ingest', { frameSetId: 'a'.repeat(40) }, line);

describe('serverFailure', () => {
  it('takes a Redis that cannot write to its disk for a server that is not available', async () => {
    const { client } = fixture.queues.of('ingest');
    const [, folder] = (await client.config('GET', 'dir')) as unknown as [string, string];
    await client.config('SET', 'save', '3600 1');
    // A snapshot that cannot be written has Redis refuse all writing.
    await rm(folder, { recursive: true });
    await client.bgsave();
    while (!(await client.info('persistence')).includes('rdb_last_bgsave_status:err')) await sleep(20);
    const error: unknown = await enqueue().catch((refusal: unknown) => refusal);
    expect(String(error)).toContain('MISCONF');
    expect(serverFailure(error)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await client.config('SET', 'save', '');
    await enqueue();
  });

  it('takes a Redis whose memory is full for one, too', async () => {
    const { client } = fixture.queues.of('ingest');
    await client.config('SET', 'maxmemory', '1');
    const error: unknown = await fixture.queues
      .add('features', { featureSetId: 'b'.repeat(40), segment: 0 }, line)
      .catch((refusal: unknown) => refusal);
    await client.config('SET', 'maxmemory', '0');
    expect(serverFailure(error)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('leaves everything else as it is', () => {
    expect(serverFailure(new Error('the encoder failed'))).toBeUndefined();
    expect(asPlatformError(new Error('the encoder failed'))).toMatchObject({ code: 'INTERNAL' });
    const coded = new CodedError('BLOB_MISSING', 'gone');
    expect(asPlatformError(coded)).toBe(coded);
  });
});
