import { Servers, ServersOptions, startServers } from './servers';
import { ServicePlan, Services, startServices } from './services';

/** A whole private platform. */
export interface Stack {
  /** Address of the gateway. */
  url: string;
  servers: Servers;
  services: Services;
  /** Stops the services, then the servers. May be called twice, also while the stack still starts. */
  stop(): Promise<void>;
}

export interface StackOptions extends Omit<ServersOptions, 'need' | 'migrate'> {
  /** Settings of all services, above this process's environment. */
  serviceEnv?: NodeJS.ProcessEnv;
  services?: ServicePlan[];
  /** Gives the way to stop as soon as anything may run, so that an interrupt during the start leaves nothing behind. */
  onStart?: (stop: () => Promise<void>) => void;
}

/** Addresses of servers as the services read them. */
export function serverEnvironment(servers: Servers): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: servers.databaseUrl,
    REDIS_URL: servers.redisUrl,
    NATS_URL: servers.natsUrl,
    STORAGE_URL: servers.storageUrl,
  };
}

/**
 * Starts servers (those that the environment does not name) and services.
 *
 * @throws Error when one of them does not start; nothing runs then
 */
export async function startStack({
  serviceEnv,
  services: plans,
  onStart,
  ...options
}: StackOptions = {}): Promise<Stack> {
  let services: Services | undefined;
  const starting = startServers(options);
  let stopping: Promise<void> | undefined;
  let working: Promise<unknown> = starting;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      const servers = await starting.catch(() => undefined);
      await working.catch(() => undefined);
      await services?.stop();
      await servers?.stop();
    })());
  onStart?.(stop);
  const servers = await starting;
  try {
    if (stopping) throw new Error('stopped while starting');
    const launch = startServices({
      dir: servers.dir,
      env: { ...serverEnvironment(servers), ...serviceEnv },
      services: plans,
    });
    working = launch;
    services = await launch;
    return { url: services.url, servers, services, stop };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}
