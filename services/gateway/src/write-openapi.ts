import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfig } from '@propago/runtime';
import { documentOf } from './configure-http';
import { GatewayModule } from './gateway.module';

/** Of nothing that is there: the document is written from what the routes declare. */
const NOWHERE = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
  REDIS_URL: 'redis://127.0.0.1:1',
  NATS_URL: 'nats://127.0.0.1:1',
  STORAGE_URL: 'file:///nothing',
  ACCESS: 'off',
  ADMIN_API: 'on',
  LOG_LEVEL: 'silent',
};

/** `write-openapi FILE`: the document of all routes, for what is generated from it. Nothing is started. */
async function main(file: string): Promise<void> {
  const config = readConfig('gateway', NOWHERE);
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.forRoot(config), new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  writeFileSync(file, JSON.stringify(documentOf(app, config)));
}

main(process.argv[2]!).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`No document: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
