import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { ServicePlan, startStack } from '@propago/local-stack';
import { bootstrapKey } from '../bootstrap-key';
import { encoderPath } from '../encoder-file';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { keySecret } from '../key-secret';

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
  const { port, host, dir, encoder, workers, adminPort } = command;
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  await requireFreePort(host, port);
  const withKeys = command.access === 'keys';
  const KEY_SECRET = keySecret(folder);
  const access = { ACCESS: command.access, KEY_SECRET, ADMIN_API: 'on', ADMIN_PORT: String(adminPort ?? 0) };
  const services: ServicePlan[] = [
    { name: 'gateway', env: { HOST: host, PORT: String(port), ...access } },
    ...(['ingest', 'features', 'propagation', 'results'] as const).map((name) => ({ name, replicas: workers })),
    { name: 'models' },
    ...(command.trainer ? [{ name: 'trainer' } as const] : []),
  ];
  const encoders = encoder.length === 0 ? {} : { ENCODERS: encoder.map(encoderPath).join(',') };
  console.log(`starting the platform; its data and logs are in ${folder}`);
  const stack = await interruption.race(
    startStack({
      dir: folder,
      persistent: true,
      restart: true,
      onRestart: (what) => console.error(what),
      services,
      serviceEnv: encoders,
      onStart: (stop) => interruption.onEnd(stop),
    }),
  );
  const DATABASE_URL = stack.servers.databaseUrl;
  const key = withKeys ? await bootstrapKey({ DATABASE_URL, KEY_SECRET }, command.newAdminKey) : undefined;
  const authorization = withKeys ? `-H "Authorization: Bearer $PROPAGO_API_KEY" ` : '';
  console.log(
    [
      `API:  ${stack.url}/v1/runs`,
      `docs: ${stack.url}/docs`,
      '',
      ...(key ? ['The admin key, shown only this once; "propago keys" makes others with it:', `  ${key}`, ''] : []),
      `curl ${authorization}-F options='{}' -F mask=@mask.png -F video=@video.mp4 ${stack.url}/v1/runs`,
      '',
      'Ctrl-C stops it.',
    ].join('\n'),
  );
  await interruption.race(new Promise<never>(() => undefined)).catch(() => undefined);
  console.log('stopping');
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
