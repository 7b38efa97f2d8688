import { Inject, Injectable } from '@nestjs/common';
import { Database, databaseFailure, sqlStateOf } from '@propago/database';
import { Queues } from '@propago/pipeline';
import { CodedError } from '@propago/contracts';
import type { ServiceConfig, ServiceName } from './config';
import { News } from './news';
import { StorageRoom } from './storage-room';
import { CONFIG, LOGGER, SERVICE, STORAGE, type BlobStore, type Logger } from './tokens';

export const DEPENDENCIES = ['postgres', 'redis', 'nats', 'storage'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

/**
 * What each service cannot do its work without. The gateway accepts, reads and cancels runs without Redis (ADR 0007).
 * Who only sends news needs no NATS for it: news may be lost. The registry validates later when Redis is away.
 */
const NEEDS: Record<ServiceName, readonly Dependency[]> = {
  gateway: ['postgres', 'nats', 'storage'],
  ingest: ['postgres', 'redis', 'nats', 'storage'],
  features: ['postgres', 'redis', 'storage'],
  propagation: ['postgres', 'redis', 'storage'],
  results: ['postgres', 'redis', 'storage'],
  models: ['postgres', 'nats', 'storage'],
  trainer: ['postgres', 'redis', 'nats', 'storage'],
};

/** A check that answers later than this counts as none. What a service can do without must not hold up its answer. */
const NEEDED_MS = 3000;
const OTHERS_MS = 1000;

export const OK = 'ok';

/** How one of them is: `ok`, or what is wrong with it in words. */
export interface DependencyState {
  words: string;
  /** Whether the service can work with it, or without it. */
  isFine: boolean;
}

/** Asks Postgres, Redis, NATS and the storage how they are, and says so in words of its own. */
@Injectable()
export class Dependencies {
  private readonly last = new Map<Dependency, string>();
  private hasWritten = false;

  constructor(
    @Inject(SERVICE) private readonly service: ServiceName,
    @Inject(CONFIG) private readonly config: ServiceConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly room: StorageRoom,
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly news: News,
  ) {}

  async states(): Promise<Record<Dependency, DependencyState>> {
    const entries = DEPENDENCIES.map(async (name) => [name, await this.stateOf(name)] as const);
    return Object.fromEntries(await Promise.all(entries)) as Record<Dependency, DependencyState>;
  }

  private async stateOf(name: Dependency): Promise<DependencyState> {
    const isNeeded = NEEDS[this.service].includes(name);
    let words = OK;
    let isFine = true;
    let cause: unknown;
    try {
      words = (await inTime(this.check(name), isNeeded ? NEEDED_MS : OTHERS_MS)) ?? OK;
    } catch (error) {
      cause = error;
      words = this.wordsOf(name, error);
      isFine = !isNeeded;
    }
    this.logChange(name, words, cause);
    return { words, isFine };
  }

  /** @returns what is short, in words, where it works all the same */
  private async check(name: Dependency): Promise<string | undefined> {
    switch (name) {
      case 'postgres':
        await this.database.$queryRaw`SELECT 1`;
        return undefined;
      case 'redis':
        return void (await this.queues.ping());
      case 'nats':
        return void (await this.news.ping());
      case 'storage':
        await this.checkStorage();
        return this.room.shortageNow();
    }
  }

  /** Writes until that has worked once, as a storage that cannot be written is none; from then on only looks. */
  private async checkStorage(): Promise<void> {
    if (this.hasWritten) return this.storage.check();
    try {
      await this.storage.checkWriting();
    } catch (error) {
      if (!(error instanceof CodedError && error.code === 'STORAGE_FULL')) throw error;
    }
    this.hasWritten = true;
  }

  private wordsOf(name: Dependency, error: unknown): string {
    const { DATABASE_URL, REDIS_URL, NATS_URL } = this.config;
    switch (name) {
      case 'postgres':
        return postgresWords(error, placeOf(DATABASE_URL, 5432));
      case 'redis':
        return redisWords(error, placeOf(REDIS_URL, 6379));
      case 'nats':
        return `no answer at ${placeOf(NATS_URL, 4222)}`;
      case 'storage':
        return storageWords(error);
    }
  }

  /** Probes come every few seconds: only what is new is worth a line. */
  private logChange(name: Dependency, words: string, cause: unknown): void {
    const before = this.last.get(name) ?? OK;
    this.last.set(name, words);
    if (words === before) return;
    if (cause !== undefined) this.logger.warn({ err: cause }, `${name}: ${words}`);
    else if (name !== 'storage') this.logger.info(`${name}: ${words}`);
  }
}

function postgresWords(error: unknown, place: string): string {
  const state = sqlStateOf(error) ?? '';
  if (state === '53100') return `the disk of the server at ${place} is full`;
  if (state === '53300') return `the server at ${place} has no connection left`;
  if (state === '3D000') return `the server at ${place} has no such database`;
  if (/^28/.test(state)) return `the server at ${place} does not accept the user or the password`;
  return error instanceof Late || databaseFailure(error)
    ? `no answer at ${place}`
    : `an error at ${place}; see the log`;
}

function redisWords(error: unknown, place: string): string {
  const message = error instanceof Error ? error.message : '';
  if (/^MISCONF/.test(message)) return `the server at ${place} cannot write to its disk, and takes no jobs`;
  if (/^LOADING/.test(message)) return `the server at ${place} is still reading its data`;
  if (/^(NOAUTH|WRONGPASS|ERR invalid password)/.test(message))
    return `the server at ${place} does not accept the password`;
  return `no answer at ${place}`;
}

function storageWords(error: unknown): string {
  if (error instanceof CodedError) return error.message.replace(/^The storage (.*)\.$/s, '$1');
  return error instanceof Late ? 'no answer' : 'an error; see the log';
}

/** `host:port` of an address, without its secrets. */
function placeOf(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || defaultPort}`;
}

class Late extends Error {}

async function inTime<T>(asking: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer in ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([asking, late]);
  } finally {
    clearTimeout(timer);
  }
}
