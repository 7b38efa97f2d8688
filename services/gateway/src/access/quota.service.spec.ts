import type { Database } from '@propago/database';
import { ANYBODY, type Caller } from './caller';
import { QuotaService } from './quota.service';

const MASK = 64 * 2 ** 20;
const OPTIONS = 64 * 2 ** 10;
const ROOM = 1_000_000;
const caller: Caller = {
  ...ANYBODY,
  limits: { requestsPerMinute: 1, maxActiveRuns: 1, maxStoredBytes: 3_000_000 },
};

/** For a tenant that has videos. */
const quota = (storedBytes: number) =>
  new QuotaService({
    run: { count: async () => 0 },
    $queryRaw: async () => [{ bytes: BigInt(storedBytes) }],
  } as unknown as Database);

describe('what a request announces', () => {
  it('may be a video that fits exactly, with the largest mask and options around it', async () => {
    const lines = 1000;
    for (const announced of [ROOM + 500, ROOM + MASK + OPTIONS + lines, undefined]) {
      expect((await quota(2_000_000).admit(caller, announced, 'run')).bytes).toBe(ROOM);
    }
  });

  it('is refused where the video must be larger than the room', async () => {
    const announced = ROOM + MASK + 2 ** 21;
    await expect(quota(2_000_000).admit(caller, announced, 'run')).rejects.toMatchObject({ code: 'QUOTA_BYTES' });
  });

  it('is refused where there is no room at all', async () => {
    for (const announced of [500, undefined]) {
      await expect(quota(3_000_000).admit(caller, announced, 'run')).rejects.toMatchObject({ code: 'QUOTA_BYTES' });
    }
  });
});
