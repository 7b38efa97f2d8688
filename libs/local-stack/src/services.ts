import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './find-program';
import { BackOff } from './back-off';
import { freePort } from './free-port';
import { GuardedProcess } from './guarded-process';
import { repoRoot } from './repo-root';

/** The processes of the platform: the API, the stages in the order of a run, the registry. */
export const SERVICE_NAMES = ['gateway', 'ingest', 'features', 'propagation', 'results', 'models'] as const;
/** The trainer is started where a plan asks for it: it needs Python and PyTorch. */
export type ServiceName = (typeof SERVICE_NAMES)[number] | 'trainer';

export const ONE_OF_EACH: ServicePlan[] = SERVICE_NAMES.map((name) => ({ name }));

/** Of a service that is not told otherwise; libs/runtime reads the same. */
const SHUTDOWN_SECONDS = 20;
/** What ending takes besides the running jobs: a job that is handed back must notice, and connections close. */
const STOP_MARGIN_MS = 20_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** One service to start. */
export interface ServicePlan {
  name: ServiceName;
  /** Processes of it. Default 1. */
  replicas?: number;
  /** Environment of its processes only. */
  env?: NodeJS.ProcessEnv;
  /** Program and arguments that its processes are started through, such as those that enter another host's network. */
  through?: string[];
}

export interface ServicesOptions {
  /** Folder for `logs/<name>-<index>.log`. */
  dir: string;
  /** Environment of all services: addresses of the servers, settings. This process's own lies below it. */
  env: NodeJS.ProcessEnv;
  /** Default: one process of each. */
  services?: ServicePlan[];
  /** Folder with `services/<name>/src/main.js`. Default: dist of the clone. */
  dist?: string;
  /** How long a service may take to become ready. Default 120 s: one that ends says so at once, and a busy machine is no failure. */
  readyLimitMs?: number;
  /** How long a service may take to end on SIGTERM before it is killed. Default: its SHUTDOWN_SECONDS, and 20 s more. */
  stopLimitMs?: number;
  /** Starts a service again that was ready and ended by itself. Default false. */
  restart?: boolean;
  /** Is told of it, in a sentence. */
  onRestart?: (what: string) => void;
  /** A process was started in the place of another one. */
  onChange?: () => void;
}

/** One process of a service. */
export interface ServiceProcess {
  name: ServiceName;
  index: number;
  pid: number;
  /** `http://host:port` of its health, its metrics, and the API of the gateway. */
  url: string;
  logFile: string;
  running: boolean;
}

interface Slot {
  name: ServiceName;
  index: number;
  url: string;
  logFile: string;
  env: NodeJS.ProcessEnv;
  through: string[];
  process: GuardedProcess;
  startedAt: number;
  backOff: BackOff;
}

/** Running services of one private platform. Made by {@link startServices}. */
export class Services {
  private readonly slots: Slot[] = [];
  /** Slots whose process is being replaced. */
  private readonly resting = new Set<Slot>();
  private stopping = false;

  constructor(private readonly options: ServicesOptions) {
    mkdirSync(join(options.dir, 'logs'), { recursive: true });
  }

  /** Address of the first gateway. */
  get url(): string {
    return this.find('gateway', 0).url;
  }

  get processes(): ServiceProcess[] {
    return this.slots.map(({ name, index, url, logFile, process: own }) => ({
      name,
      index,
      pid: own.pid,
      url,
      logFile,
      running: own.running,
    }));
  }

  pid(name: ServiceName, index = 0): number {
    return this.find(name, index).process.pid;
  }

  /** Starts one more process of a service and waits until it is ready. */
  async add(name: ServiceName, env: NodeJS.ProcessEnv = {}): Promise<ServiceProcess> {
    const slot = await this.launch({ name, env });
    await this.untilReady(slot);
    this.watch(slot);
    return this.processes.find((entry) => entry.name === name && entry.index === slot.index)!;
  }

  /** Starts several processes at once and waits until all are ready. */
  async addAll(plans: readonly ServicePlan[]): Promise<void> {
    const slots: Slot[] = [];
    for (const plan of plans) {
      for (let replica = 0; replica < (plan.replicas ?? 1); replica++) slots.push(await this.launch(plan));
    }
    await Promise.all(slots.map((slot) => this.untilReady(slot)));
    // One that ends before that is no accident: it is refused with its log, not started again.
    slots.forEach((slot) => this.watch(slot));
  }

  /** Sends a signal to one process. SIGKILL also waits until it is gone. */
  async kill(name: ServiceName, index = 0, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { process: own } = this.find(name, index);
    own.kill(signal);
    if (signal === 'SIGKILL') await own.exited;
  }

  /**
   * Ends one process, if it still runs, and starts it again on the same port.
   * @returns how the old one ended: `exited with code 0`, `ended by SIGTERM`; by SIGKILL if it outlasted the limit
   */
  async restart(name: ServiceName, index = 0): Promise<string> {
    const slot = this.find(name, index);
    const old = slot.process;
    this.resting.add(slot);
    await this.end(slot);
    this.resting.delete(slot);
    this.start(slot);
    await this.untilReady(slot);
    return old.exited;
  }

  /** Stops all: SIGTERM, and SIGKILL after the limit. May be called twice. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.slots.map((slot) => this.end(slot)));
  }

  /** A limit below the service's own would kill it in the middle of a job that it may finish. */
  private async end({ process: own, env }: Slot): Promise<void> {
    const ownLimitMs = Number(env.SHUTDOWN_SECONDS || SHUTDOWN_SECONDS) * 1000;
    await own.stop('SIGTERM', this.options.stopLimitMs ?? ownLimitMs + STOP_MARGIN_MS);
  }

  private find(name: ServiceName, index: number): Slot {
    const slot = this.slots.find((entry) => entry.name === name && entry.index === index);
    if (!slot) throw new Error(`there is no process ${index} of ${name}`);
    return slot;
  }

  private async launch({ name, env = {}, through = [] }: ServicePlan): Promise<Slot> {
    const index = this.slots.filter((slot) => slot.name === name).length;
    // A port is given to the services one by one; the gateway's may be fixed by the caller.
    const port = env.PORT ?? String(await freePort());
    const settings = serviceEnvironment({ env }, { ...process.env, ...this.options.env }, port);
    const host = settings.HOST!;
    const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    const plan = {
      name,
      index,
      url: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`,
      logFile: join(this.options.dir, 'logs', `${name}-${index}.log`),
      env: { ...videoTools(settings), ...settings, PROPAGO_EXIT_WITH_PARENT: '1' },
      through,
    };
    const backOff = new BackOff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
    const slot: Slot = { ...plan, process: this.spawn(plan), startedAt: Date.now(), backOff };
    this.slots.push(slot);
    return slot;
  }

  private start(slot: Slot): void {
    slot.process = this.spawn(slot);
    slot.startedAt = Date.now();
    this.watch(slot);
    this.options.onChange?.();
  }

  private watch(slot: Slot): void {
    if (!this.options.restart) return;
    const watched = slot.process;
    const isMissed = () => !this.stopping && !this.resting.has(slot) && slot.process === watched;
    void watched.exited.then(async (how) => {
      if (isMissed()) this.options.onRestart?.(`${slot.name} ${how}; it is started again. Its log: ${slot.logFile}`);
      await sleep(slot.backOff.next(Date.now() - slot.startedAt), undefined, { ref: false });
      if (isMissed()) this.start(slot);
    });
  }

  private spawn({ name, logFile, env, through }: Pick<Slot, 'name' | 'logFile' | 'env' | 'through'>): GuardedProcess {
    if (this.stopping) throw new Error('the services are being stopped');
    const root = repoRoot();
    const script = join(this.options.dist ?? join(root, 'dist'), 'services', name, 'src/main.js');
    if (!existsSync(script)) throw new Error(`${script} is missing: run "npm run build"`);
    return new GuardedProcess(name, [...through, process.execPath, '--enable-source-maps', script], {
      logFile,
      env,
      cwd: root,
      ipc: true,
    });
  }

  private async untilReady(slot: Slot): Promise<void> {
    const limit = this.options.readyLimitMs ?? 120_000;
    const deadline = Date.now() + limit;
    for (;;) {
      if (!slot.process.running) {
        throw new Error(
          `${slot.name} ${await slot.process.exited} before it was ready; its log ends:\n${slot.process.logTail()}`,
        );
      }
      if (await answersReady(slot.url)) return;
      if (Date.now() > deadline) {
        throw new Error(`${slot.name} is not ready after ${limit / 1000} s; its log ends:\n${slot.process.logTail()}`);
      }
      await sleep(50);
    }
  }
}

/** What a process of a service finds in its environment, above what all services have. */
export function serviceEnvironment(
  { env = {} }: Pick<ServicePlan, 'env'>,
  common: NodeJS.ProcessEnv,
  port = env.PORT ?? '0',
): NodeJS.ProcessEnv {
  const settings = { ...common, ...env };
  return { ...settings, HOST: settings.HOST || '127.0.0.1', PORT: port };
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v2/health/ready`, { signal: AbortSignal.timeout(2000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

function videoTools(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ffmpeg = findProgram('ffmpeg', 'FFMPEG_PATH', env);
  const ffprobe = findProgram('ffprobe', 'FFPROBE_PATH', env);
  return { ...(ffmpeg && { FFMPEG_PATH: ffmpeg }), ...(ffprobe && { FFPROBE_PATH: ffprobe }) };
}

/**
 * Starts the compiled services of dist/ as processes and waits until each answers on /v2/health/ready.
 * They end with this process, however it ends.
 *
 * @throws Error with the last lines of the log of a service that does not become ready; the others are stopped then
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const services = new Services(options);
  try {
    await services.addAll(options.services ?? ONE_OF_EACH);
    return services;
  } catch (error) {
    await services.stop();
    throw error;
  }
}
