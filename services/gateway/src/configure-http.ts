import multipart from '@fastify/multipart';
import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { LOGGER, SILENCE_LIMIT_MS, type ConfigOf, type Logger } from '@propago/runtime';
import { placeAdminRoutes } from './access/admin-port';
import { KEY_SCHEME, withAccess } from './access/open-api';
import { accessOfRoutes } from './access/route-access';
import { measureRequests } from './http-metrics';
import { ProblemFilter } from './problem.filter';
import { endEventStreams } from './server-sent-events';

/** Uploads, errors, metrics and documentation of the HTTP API, and where its admin part is. */
export async function configureHttp(app: NestFastifyApplication, config: ConfigOf<'gateway'>): Promise<void> {
  const access = accessOfRoutes(controllersOf(app));
  measureRequests(app, app.get(Registry));
  placeAdminRoutes(app, config, SILENCE_LIMIT_MS);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preClose', async () => endEventStreams());
  // Of each part one is accepted, and a second one is told so. The video's own limit is enforced while it streams to storage.
  await app.register(multipart, { limits: { fileSize: config.MAX_UPLOAD_BYTES + 1, files: 4, fields: 4, parts: 8 } });
  app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOGGER)));
  const description = 'POST a video and labels for its first frame; get labels for every frame.';
  // Since 3.1, operations may name what a key must be allowed to do.
  const base = new DocumentBuilder().setOpenAPIVersion('3.1.0').setTitle('Propago').setDescription(description);
  const document = base
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'API key' }, KEY_SCHEME)
    .build();
  const hasAdmin = config.ADMIN_API === 'on';
  const create = () => withAccess(SwaggerModule.createDocument(app, document), access, hasAdmin);
  SwaggerModule.setup('docs', app, create, { jsonDocumentUrl: 'docs/json' });
}

function controllersOf(app: NestFastifyApplication): Type[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules.flatMap(({ controllers }) => [...controllers.values()].map(({ metatype }) => metatype as Type));
}
