import { Servers, ServersOptions, startServers } from './servers';
import { ONE_OF_EACH, ServicePlan, Services } from './services';
import { removeStackState, writeStackState } from './stack-state';

/** A whole private platform. */
export interface Stack {
  /** Address of the gateway. */
  url: string;
  servers: Servers;
  services: Services;
  /** Stops the services, then the servers. May be called twice, also while the stack still starts. */
  stop(): Promise<void>;
}

export interface StackOptions extends Omit<ServersOptions, 'need' | 'migrate' | 'watch'> {
  /** Settings of all services, above this process's environment. Access control is off unless they say otherwise. */
  serviceEnv?: NodeJS.ProcessEnv;
  /** Is called when the servers run and no service does; what it returns is added to the environment of all services. */
  beforeServices?: (servers: Servers) => Promise<NodeJS.ProcessEnv>;
  /** Default: one process of each. */
  services?: ServicePlan[];
  /** Starts a service that ends by itself again. Default false. */
  restart?: boolean;
  /** Is told of it, in a sentence. */
  onRestart?: (what: string) => void;
  /** Is told that a server cannot be started again. Servers are started again where this is given. */
  onLost?: (problem: Error) => void;
  /** Gives the way to stop as soon as anything may run, so that an interrupt during the start leaves nothing behind. */
  onStart?: (stop: () => Promise<void>) => void;
}

// Nobody else reaches a private platform, so that all of its API is there for whoever started it.
const OPEN: NodeJS.ProcessEnv = { ACCESS: 'off', ADMIN_API: 'on' };

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
  restart,
  onRestart,
  onLost,
  beforeServices,
  ...options
}: StackOptions = {}): Promise<Stack> {
  const say = onRestart ?? (() => undefined);
  const startedAt = new Date().toISOString();
  let running: Servers | undefined;
  /** For the other commands on this machine. */
  const note = (): void => {
    if (!options.persistent || !running || stopping) return;
    const { databaseUrl, redisUrl, natsUrl, storageUrl, pids } = running;
    const url = services?.processes.some(({ name }) => name === 'gateway') ? services.url : null;
    const processes = services?.processes ?? [];
    const servers = { databaseUrl, redisUrl, natsUrl, storageUrl, pids };
    writeStackState(running.dir, { pid: process.pid, startedAt, url, servers, services: processes });
  };
  const starting = startServers({ ...options, onChange: note, onUpgrade: say, watch: onLost && { say, onLost } });
  let services: Services | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      const servers = await starting.catch(() => undefined);
      await services?.stop();
      if (options.persistent && servers) removeStackState(servers.dir);
      await servers?.stop();
    })());
  onStart?.(stop);
  const servers = (running = await starting);
  note();
  try {
    if (stopping) throw new Error('stopped while starting');
    const found = await beforeServices?.(servers);
    if (stopping) throw new Error('stopped while starting');
    services = new Services({
      dir: servers.dir,
      env: { ...OPEN, ...serverEnvironment(servers), ...serviceEnv, ...found },
      restart,
      onRestart,
      onChange: note,
    });
    await services.addAll(plans ?? ONE_OF_EACH);
    note();
    return { url: services.url, servers, services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
