import type { Services, ServiceProcess, Stack } from '@propago/local-stack';
import { Platform, until } from './platform';

/** A running platform as test/support/shared-stack.cjs, which keeps it from file to file, knows it. */
interface SharedStack {
  url: string;
  /** Of a second gateway, which lets nobody in without a key. */
  closedUrl: string;
  servers: Omit<Stack['servers'], 'stop'>;
  processes: ServiceProcess[];
}

declare global {
  /** Given to every spec file by e2e-environment.cjs. */
  var sharedStack: { take(keySecret: string): Promise<SharedStack>; giveBack(): void; drop(): void };
}

export const KEY_SECRET = 'the secret of the server of a test, 32 characters or more';

/** Tables whose rows come and go with runs and videos. */
const EMPTY_AT_REST = ['Run', 'UploadedVideo', 'Video', 'FeatureSet', 'FrameSet'];
/** Models and what they are loaded as stay. */
const KEPT_BLOBS = /^encoders\//;

/**
 * The platform that the spec files of a jest worker share. A file has it alone, with default settings, open to everybody
 * and empty; it must end no process of it, and leave no state but runs, videos and keys. `stop` removes these, and fails
 * when anything else is left of them.
 */
export async function sharedPlatform(): Promise<Platform> {
  return new SharedPlatform(await sharedStack.take(KEY_SECRET));
}

/** The same by its second gateway, which lets nobody in without a key. */
export async function closedSharedPlatform(): Promise<Platform> {
  const stack = await sharedStack.take(KEY_SECRET);
  return new SharedPlatform(stack, stack.closedUrl);
}

class SharedPlatform extends Platform {
  constructor(
    private readonly shared: SharedStack,
    url = shared.url,
  ) {
    const stop = () => Promise.resolve();
    // Of the services there is what they are; to end or start one takes a platform of one's own.
    const services = { processes: shared.processes, url } as Services;
    super({ url, servers: { ...shared.servers, stop }, services, stop });
  }

  override async stop(): Promise<void> {
    try {
      // So that the open gateway sees them, whosever they are.
      for (const table of ['Run', 'UploadedVideo']) await this.query(`update "${table}" set tenant = 'default'`);
      await removeEverything(this, this.shared.url);
      await this.query('truncate "ApiKey" cascade');
      await nothingIsLeft(this);
      sharedStack.giveBack();
    } catch (error) {
      sharedStack.drop();
      throw error;
    }
  }
}

/** Removes all runs and videos through the API, and waits until Postgres has none. */
export async function removeEverything(platform: Platform, url = platform.url): Promise<void> {
  const remove = async (path: string): Promise<void> => {
    const { status } = await fetch(`${url}${path}`, { method: 'DELETE' });
    if (status !== 204 && status !== 404) throw new Error(`DELETE ${path}: ${status}`);
  };
  const idsIn = async (table: string, which = ''): Promise<string[]> =>
    (await platform.query<{ id: string }>(`select id from "${table}" where "deletedAt" is null ${which}`)).map(
      ({ id }) => id,
    );
  for (const id of await idsIn('Run', 'and "shadowOfId" is null')) await remove(`/v1/runs/${id}`);
  await until('all runs are removed', async () => (await platform.query('select 1 from "Run"')).length === 0);
  for (const id of await idsIn('UploadedVideo')) await remove(`/v1/videos/${id}`);
  await platform.query('truncate "IdempotencyRecord"');
}

/** Waits until there are no rows and blobs of runs and videos. @throws Error that names some that stay */
export async function nothingIsLeft(platform: Platform): Promise<void> {
  const rows = async (): Promise<string[]> => {
    const counts = EMPTY_AT_REST.map((table) => `select '${table}' as name where exists (select 1 from "${table}")`);
    return (await platform.query<{ name: string }>(counts.join(' union all '))).map(({ name }) => name);
  };
  const left = async (): Promise<string[]> => [
    ...(await rows()),
    ...(await platform.blobs('')).filter((key) => !KEPT_BLOBS.test(key)),
    ...platform.partsInStorage(),
  ];
  await until('nothing is left of runs and videos', async () => (await left()).length === 0).catch(async (error) => {
    throw new Error(`${(error as Error).message}; there is ${(await left()).slice(0, 10).join(', ')}`);
  });
}
