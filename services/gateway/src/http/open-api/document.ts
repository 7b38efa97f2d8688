import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { answerSchemas } from '@propago/contracts';
import { addEncodings } from './bodies';
import { addProblems, PROBLEM_SCHEMA } from './problems';
import { runOptionsSchema } from './run-options';

/** In the order in which a new reader needs them. */
const TAGS = {
  runs: 'Videos and labels of some frames in, labels of all frames out: upload, corrections, progress, results.',
  videos: 'Videos on their own: frame tables, pictures of frames, for any number of runs.',
  webhooks: 'Being told what happens: addresses that events are sent to, signed, until they have arrived.',
  models: 'Encoders: which versions there are, which one runs get, and whether it is loaded.',
  training: 'Training of encoders.',
  session: 'Signing in, for the page. Programs send their key with each request.',
  admin: 'API keys, and removal of what is expired.',
  health: 'Whether the service works, and its metrics.',
};

const DESCRIPTION = `POST a video and labels for its first frame, or for some; get labels for every frame.

Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`; each operation lists its own. Whatever
the operation, there are also ROUTE_NOT_FOUND, METHOD_NOT_ALLOWED, REQUEST_TIMEOUT and HEADERS_TOO_LARGE. Files are
served with ETag, If-None-Match, Range and If-Range, and as \`application/octet-stream\` to whoever asks for that.`;

/**
 * The document of all routes; an operation's id is the name of its method.
 * @param version of the platform
 * @param keyScheme name of the security scheme of API keys
 * @param withAccess adds what each operation needs, and leaves out those that are not there
 * @param bodies schemas of what is sent, by the names that they have in the document
 */
export function createDocument(
  app: NestFastifyApplication,
  { version, keyScheme }: { version: string; keyScheme: string },
  withAccess: (document: OpenAPIObject) => OpenAPIObject,
  bodies: Record<string, object>,
): OpenAPIObject {
  // Since 3.1, operations may name what a key must be allowed to do.
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Propago')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The server that this document is from')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'API key' }, keyScheme);
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const operationIdFactory = (_controller: string, method: string) => method;
  const document = withAccess(SwaggerModule.createDocument(app, builder.build(), { operationIdFactory }));
  const schemas = { ...answerSchemas(), ...bodies, RunOptions: runOptionsSchema(), Problem: PROBLEM_SCHEMA };
  document.components = { ...document.components, schemas: schemas as Record<string, object> };
  addEncodings(document);
  addProblems(document);
  return document;
}
