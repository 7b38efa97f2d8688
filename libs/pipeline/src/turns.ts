import type { Redis } from 'ioredis';

/** Whose work a job is, and whether anybody waits for it. */
export interface Line {
  tenant: string;
  urgency: Urgency;
}

/** In the background is what no user waits for. */
export type Urgency = 'user' | 'background';

/** Bull takes small priorities first, so every turn of the background comes after all turns of users. */
const FIRST_OF: Record<Urgency, number> = { user: 1, background: 2 ** 40 };

/** What is known of a queue's turns is forgotten when nothing has been added for so long. */
const MEMORY_SECONDS = 24 * 3600;

// A job that waits already keeps the turn that it has, so a double takes none away from its tenant.
const TAKE = `
  if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
  local now = tonumber(redis.call('HGET', KEYS[1], 'now') or 0)
  local own = tonumber(redis.call('HGET', KEYS[1], 'next:' .. ARGV[1]) or 0)
  local turn = math.max(now, own)
  redis.call('HSET', KEYS[1], 'next:' .. ARGV[1], turn + 1)
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  return turn`;

const BEGIN = `
  if tonumber(ARGV[1]) > tonumber(redis.call('HGET', KEYS[1], 'now') or 0) then
    redis.call('HSET', KEYS[1], 'now', ARGV[1])
    redis.call('EXPIRE', KEYS[1], ARGV[2])
  end`;

/**
 * The order in which one queue serves several tenants: start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996)
 * with one unit per job. A tenant's jobs have turns one after the other, and a tenant that comes new, or comes back,
 * begins at the turn that is being served. So somebody with one job waits for the jobs under way and for one more at
 * most, however many others have, and nobody waits for ever. Within a tenant it is first come, first served.
 *
 * Turns live in Redis beside the queue; where they are lost, the order of what waits is lost and nothing else.
 */
export class Turns {
  /** @param key of the queue: `<prefix>:<name>` */
  constructor(
    private readonly redis: Redis,
    private readonly key: string,
  ) {}

  /** The priority of a job that is about to be added. */
  async take({ tenant, urgency }: Line, jobId: string): Promise<number> {
    const keys = [this.of(urgency), `${this.key}:${jobId}`];
    const turn = await this.redis.eval(TAKE, keys.length, ...keys, tenant, MEMORY_SECONDS);
    return FIRST_OF[urgency] + Number(turn);
  }

  /** A job with this priority has been begun. */
  async begin(priority: number): Promise<void> {
    const urgency = priority >= FIRST_OF.background ? 'background' : 'user';
    await this.redis.eval(BEGIN, 1, this.of(urgency), priority - FIRST_OF[urgency], MEMORY_SECONDS);
  }

  private of(urgency: Urgency): string {
    return `${this.key}:turns:${urgency}`;
  }
}
