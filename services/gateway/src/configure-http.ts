import multipart from '@fastify/multipart';
import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { CodedError } from '@propago/contracts';
import { LOGGER, SILENCE_LIMIT_MS, type ConfigOf, type Logger } from '@propago/runtime';
import { isRouteHere, placeAdminRoutes } from './access/admin-port';
import { KEY_SCHEME, withAccess } from './access/open-api';
import { accessOfRoutes } from './access/route-access';
import { AllowedMethods } from './http/allowed-methods';
import { answerExpectations } from './http/client-errors';
import { measureRequests } from './http/http-metrics';
import { createDocument } from './http/open-api/document';
import { ProblemFilter } from './http/problem.filter';
import { MAX_MASK_BYTES } from './http/upload-limits';
import { endEventStreams } from './http/server-sent-events';
import { MOST_OBJECTS, MOST_PROMPTS } from './prompts/prompt-body';

/** Uploads, errors, metrics and documentation of the HTTP API, and where its admin part is. */
export async function configureHttp(app: NestFastifyApplication, config: ConfigOf<'gateway'>): Promise<void> {
  const access = accessOfRoutes(controllersOf(app));
  const fastify = app.getHttpAdapter().getInstance();
  const allowed = new AllowedMethods(fastify, (route, port) => isRouteHere(config, route, port));
  measureRequests(app, app.get(Registry));
  placeAdminRoutes(app, config, SILENCE_LIMIT_MS);
  answerExpectations(fastify.server);
  refuseWhenClosing(fastify);
  fastify.addHook('preClose', async () => endEventStreams());
  // Of each part one is accepted, and a second one is told so: of masks one for each frame, and one too many. The video's
  // own limit is enforced while it streams to storage.
  const files = MOST_PROMPTS + 8;
  const fields = MOST_PROMPTS + MOST_OBJECTS + 8;
  const limits = { fileSize: config.MAX_UPLOAD_BYTES + 1, files, fields, parts: files + fields };
  await app.register(multipart, { limits });
  // The mask of a prompt, or a table of key points, may be the body itself.
  const png = { parseAs: 'buffer', bodyLimit: MAX_MASK_BYTES } as const;
  fastify.addContentTypeParser(['image/png', 'text/csv', 'application/octet-stream'], png, (_request, body, done) =>
    done(null, body),
  );
  app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOGGER), allowed));
  const hasAdmin = config.ADMIN_API === 'on';
  const create = () => createDocument(app, KEY_SCHEME, (document) => withAccess(document, access, hasAdmin));
  SwaggerModule.setup('docs', app, create, { jsonDocumentUrl: 'docs/json' });
  // Whoever opens the server in a browser wants to know what it can do.
  fastify.get('/', (_request, reply) => reply.redirect('/docs', 303));
}

/** Requests that still come in on open connections while the process ends are for another one. */
function refuseWhenClosing(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', async () => {
    isClosing = true;
  });
  fastify.addHook('onRequest', async () => {
    if (isClosing) throw new CodedError('SERVICE_UNAVAILABLE', 'This server is shutting down; ask again.');
  });
}

function controllersOf(app: NestFastifyApplication): Type[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules.flatMap(({ controllers }) => [...controllers.values()].map(({ metatype }) => metatype as Type));
}
