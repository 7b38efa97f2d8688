import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { ServicePlan, startStack } from '@propago/local-stack';
import { checkSettings } from '../check-settings';
import { signInLink } from '../bootstrap-key';
import { encoderPath } from '../encoder-file';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { provideKeys } from '../key-secret';
import { pageAddress } from '../page-address';

export interface UpCommand {
  port: number;
  host: string;
  dir: string;
  encoder: string[];
  workers: number;
  access: 'keys' | 'off';
  adminPort?: number;
  newAdminKey?: boolean;
  trainer?: boolean;
}

/** `propago up`: the platform for use, with data that stay; runs until it is told to stop. */
export async function upCommand(command: UpCommand, interruption: Interruption): Promise<void> {
  const { port, host, dir, encoder } = command;
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  const services = servicePlans(command);
  checkSettings(services, process.env, (what) => console.error(`warning: ${what}`));
  await requireFreePort(host, port);
  const encoders = encoder.length === 0 ? {} : { ENCODERS: encoder.map(encoderPath).join(',') };
  console.log(`starting the platform; its data and logs are in ${folder}`);
  let lose!: (problem: Error) => void;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);
  let key: string | undefined;
  let link: () => Promise<string | undefined> = async () => undefined;
  const starting = startStack({
    dir: folder,
    persistent: true,
    restart: true,
    onRestart: (what) => console.error(what),
    onLost: lose,
    services,
    serviceEnv: encoders,
    beforeServices: async ({ databaseUrl }) => {
      const access = await provideKeys(folder, databaseUrl, command);
      key = access.adminKey;
      if (command.access === 'keys') link = () => signInLink({ DATABASE_URL: databaseUrl, KEY_SECRET: access.secret });
      return { KEY_SECRET: access.secret };
    },
    onStart: (stop) => interruption.onEnd(stop),
  });
  const stack = await interruption.race(Promise.race([starting, lost]));
  console.log(greeting(stack.url, command, { key, link: await interruption.race(link()) }));
  await interruption.race(lost).catch((error: unknown) => {
    if (!interruption.signal.aborted) throw error;
  });
  console.log('stopping');
}

function servicePlans({ host, port, access, adminPort, workers, trainer }: UpCommand): ServicePlan[] {
  const api = { HOST: host, PORT: String(port), ACCESS: access, ADMIN_API: 'on', ADMIN_PORT: String(adminPort ?? 0) };
  return [
    { name: 'gateway', env: api },
    ...(['ingest', 'features', 'propagation', 'results'] as const).map((name) => ({ name, replicas: workers })),
    { name: 'models' },
    ...(trainer ? [{ name: 'trainer' } as const] : []),
  ];
}

function greeting(
  url: string,
  { access }: UpCommand,
  { key, link }: { key: string | undefined; link: string | undefined },
): string {
  const authorization = access === 'keys' ? `-H "Authorization: Bearer $PROPAGO_API_KEY" ` : '';
  return [
    `page: ${pageAddress(url, link)}`,
    `API:  ${url}/v1/runs`,
    `docs: ${url}/docs`,
    ...(link
      ? ['', 'The link to the page signs one browser in, once, within the hour; later, sign in with a key.']
      : []),
    '',
    ...(key ? ['The admin key, shown only this once; "propago keys" makes others with it:', `  ${key}`, ''] : []),
    `curl ${authorization}-F options='{}' -F mask=@mask.png -F video=@video.mp4 ${url}/v1/runs`,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}

/** @throws Failure when something listens on the port */
async function requireFreePort(host: string, port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    const probe = createServer();
    probe.on('error', (error: NodeJS.ErrnoException) => {
      fail(new Failure(`cannot listen on ${host}:${port} (${error.code}); choose another port by --port`));
    });
    probe.listen(port, host, () => probe.close(() => done()));
  });
}
