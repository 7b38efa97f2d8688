import { blobKeys } from '@propago/contracts';
import { startPlatform, until, type Platform } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { documentedFetch } from './support/documented-fetch';

describe('retention', () => {
  let platform: Platform;
  let clip: SmallClip;

  beforeAll(async () => {
    clip = await smallClip();
    platform = await startPlatform({ ADMIN_API: 'on', CACHE_RETENTION_HOURS: '0', RUN_RETENTION_DAYS: '0' });
  });

  afterAll(() => platform?.stop());

  const collect = async (dryRun: boolean) => {
    const answer = await documentedFetch(`${platform.url}/v1/admin/gc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dryRun }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { features: { blobs: number; bytes: number } };
  };

  it('evicts features without harm: the same request again gives the same masks', async () => {
    const first = await platform.succeededRun(clip);
    const dry = await collect(true);
    expect(dry.features.blobs).toBeGreaterThan(0);
    expect((await platform.blobs('features', 'labels')).length).toBe(dry.features.blobs);
    const misplaced = await fetch(`${platform.url}/v1/admin/gc?dryRun=true`, { method: 'POST' });
    expect(misplaced.status).toBe(400);
    expect((await platform.blobs('features', 'labels')).length).toBe(dry.features.blobs);
    expect((await collect(false)).features).toEqual(dry.features);
    expect(await platform.blobs('features', 'labels')).toEqual([]);

    const second = await platform.succeededRun(clip);
    for (const frame of [0, 7, 19]) {
      expect(await platform.maskOf(second.id, frame)).toEqual(await platform.maskOf(first.id, frame));
    }
  });

  it.each([
    ['some', (keys: string[]) => keys.slice(1, 2)],
    ['all', (keys: string[]) => keys],
  ])('makes features again of which the storage has lost %s, though rows promise them', async (_, lostOf) => {
    const first = await platform.succeededRun(clip);
    const lost = lostOf(await platform.blobs('features'));
    expect(lost.length).toBeGreaterThan(0);
    for (const key of lost) await platform.store.delete(key);
    const second = await platform.succeededRun(clip);
    for (const frame of [0, 7, 19]) {
      expect(await platform.maskOf(second.id, frame)).toEqual(await platform.maskOf(first.id, frame));
    }
    expect(await platform.blobs('features')).toEqual(expect.arrayContaining(lost));
  });

  it('removes expired runs by itself', async () => {
    const { id } = await platform.succeededRun(clip);
    await platform.query(`update "RunOutcome" set "finishedAt" = now() - interval '2 days' where "runId" = $1`, [id]);
    await platform.stack.services.add('results', { RUN_RETENTION_DAYS: '1', JANITOR_MINUTES: '0.02' });
    await until('the run is gone', async () => (await platform.get(`/v1/runs/${id}`)).status === 404);
    await until('its masks are gone', async () => !(await platform.blobs('masks')).includes(blobKeys.mask(id, 1, 0)));
  });
});
