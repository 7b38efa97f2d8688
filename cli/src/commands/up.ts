import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { ServicePlan, startStack } from '@propago/local-stack';
import { encoderPath } from '../encoder-file';
import { Failure } from '../failure';
import { Interruption } from '../interruption';

export interface UpCommand {
  port: number;
  host: string;
  dir: string;
  encoder: string[];
  workers: number;
}

/** `propago up`: the platform for use, with data that stay; runs until it is told to stop. */
export async function upCommand(
  { port, host, dir, encoder, workers }: UpCommand,
  interruption: Interruption,
): Promise<void> {
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  await requireFreePort(host, port);
  const services: ServicePlan[] = [
    { name: 'gateway', env: { HOST: host, PORT: String(port) } },
    ...(['ingest', 'features', 'propagation', 'results'] as const).map((name) => ({ name, replicas: workers })),
    { name: 'models' },
  ];
  const encoders = encoder.length === 0 ? {} : { ENCODERS: encoder.map(encoderPath).join(',') };
  console.log(`starting the platform; its data and logs are in ${folder}`);
  const stack = await interruption.race(
    startStack({
      dir: folder,
      persistent: true,
      restart: true,
      services,
      serviceEnv: encoders,
      onStart: (stop) => interruption.onEnd(stop),
    }),
  );
  console.log(
    [
      `API:  ${stack.url}/v1/runs`,
      `docs: ${stack.url}/docs`,
      '',
      `curl -F options='{}' -F mask=@mask.png -F video=@video.mp4 ${stack.url}/v1/runs`,
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
