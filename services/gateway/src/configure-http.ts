import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { buildInfo } from '@propago/build-info';
import { CodedError } from '@propago/contracts';
import { LOGGER, SILENCE_LIMIT_MS, type ConfigOf, type Logger } from '@propago/runtime';
import { isRouteHere, placeAdminRoutes } from './access/admin-port';
import { KEY_SCHEME, withAccess } from './access/open-api';
import { accessOfRoutes } from './access/route-access';
import { servePage } from './page/serve-page';
import { AllowedMethods } from './http/allowed-methods';
import { answerExpectations } from './http/client-errors';
import { acceptForms } from './http/form-parts';
import { measureRequests } from './http/http-metrics';
import { FILE_TYPES } from './http/open-api/bodies';
import { createDocument } from './http/open-api/document';
import { ProblemFilter } from './http/problem.filter';
import { MAX_MASK_BYTES } from './http/upload-limits';
import { endEventStreams } from './http/server-sent-events';
import { RUN_BODIES } from './runs/run-body';
import { acceptPieces } from './uploads/accept-pieces';
import { VIDEO_BODIES } from './videos/video-body';

/** Uploads, errors, metrics and documentation of the HTTP API, and where its admin part is. */
export function configureHttp(app: NestFastifyApplication, config: ConfigOf<'gateway'>): void {
  // A route without a scope ends the start here.
  accessOfRoutes(controllersOf(app));
  const fastify = app.getHttpAdapter().getInstance();
  const allowed = new AllowedMethods(fastify, (route, port) => isRouteHere(config, route, port));
  measureRequests(app, app.get(Registry));
  placeAdminRoutes(app, config, SILENCE_LIMIT_MS);
  answerExpectations(fastify.server);
  refuseWhenClosing(fastify);
  fastify.addHook('preClose', async () => endEventStreams());
  acceptForms(fastify);
  acceptPieces(fastify);
  // The mask of a prompt, or a file of another program, may be the body itself.
  const file = { parseAs: 'buffer', bodyLimit: MAX_MASK_BYTES } as const;
  fastify.addContentTypeParser(FILE_TYPES, file, (_request, body, done) => done(null, body));
  app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOGGER), allowed));
  SwaggerModule.setup('docs', app, () => documentOf(app, config), { jsonDocumentUrl: 'docs/json' });
  servePage(fastify);
}

/** The document of the routes that are there. */
export function documentOf(app: NestFastifyApplication, config: ConfigOf<'gateway'>): OpenAPIObject {
  const access = accessOfRoutes(controllersOf(app));
  const facts = { version: buildInfo(config.REVISION).version, keyScheme: KEY_SCHEME };
  const withScopes = (document: OpenAPIObject) => withAccess(document, access, config.ADMIN_API === 'on');
  return createDocument(app, facts, withScopes, { ...RUN_BODIES, ...VIDEO_BODIES });
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
