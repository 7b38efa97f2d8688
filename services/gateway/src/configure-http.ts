import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { LOGGER, type ConfigOf, type Logger } from '@propago/runtime';
import { ProblemFilter } from './problem.filter';

/** Uploads, errors and documentation of the HTTP API. */
export async function configureHttp(app: NestFastifyApplication, config: ConfigOf<'gateway'>): Promise<void> {
  // The video's own limit is enforced while it streams to storage.
  await app.register(multipart, { limits: { fileSize: config.MAX_UPLOAD_BYTES + 1, files: 2, fields: 4, parts: 6 } });
  app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOGGER)));
  const description = 'POST a video and labels for its first frame; get labels for every frame.';
  const document = new DocumentBuilder().setTitle('Propago').setDescription(description).setVersion('1').build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document), { jsonDocumentUrl: 'docs/json' });
}
