import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, type OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations';

const FORM = 'multipart/form-data';
const BYTES = 'application/octet-stream';
const ALSO_BYTES = 'x-also-bytes';

/**
 * A route takes the bytes of a file beside JSON. They are documented under the type that every generator of clients
 * knows.
 */
export const AlsoTakesBytes = (): MethodDecorator =>
  applyDecorators(ApiExtension(ALSO_BYTES, true), SetMetadata(ALSO_BYTES, true));

/** Types of the bodies that a handler parses. */
export function bodyTypesOf(handler: object): string[] {
  return ['application/json', ...(Reflect.getMetadata(ALSO_BYTES, handler) ? ['image/png', BYTES] : [])];
}

interface FormSchema {
  properties?: Record<string, { type?: string; $ref?: string }>;
}

/** Says of each part of a form that holds an object that it is sent as JSON, as clients and the document's page then do. */
export function addEncodings(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    const { requestBody } = operation;
    if (requestBody && 'content' in requestBody && ALSO_BYTES in operation) {
      requestBody.content[BYTES] = { schema: { type: 'string', format: 'binary' } };
      delete operation[ALSO_BYTES];
    }
    const form = requestBody && 'content' in requestBody ? requestBody.content[FORM] : undefined;
    if (!form) continue;
    const parts = Object.entries((form.schema as FormSchema).properties ?? {});
    const objects = parts.filter(([, { type, $ref }]) => type === 'object' || $ref !== undefined);
    form.encoding = Object.fromEntries(objects.map(([name]) => [name, { contentType: 'application/json' }]));
  }
}
