import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, type OpenAPIObject } from '@nestjs/swagger';
import { answerAddress } from '@propago/contracts';
import { operationsOf } from './operations';

const FORM = 'multipart/form-data';
const BYTES = 'application/octet-stream';
/** Of bodies that are a file. */
export const FILE_TYPES = ['image/png', 'text/csv', 'application/xml', BYTES];
const ALSO_BYTES = 'x-also-bytes';
const JSON_BODY = 'application/json';
const ALSO_JSON = 'x-also-json';

/**
 * A route takes the bytes of a file beside JSON. They are documented under the type that every generator of clients
 * knows.
 */
export const AlsoTakesBytes = (): MethodDecorator =>
  applyDecorators(ApiExtension(ALSO_BYTES, true), SetMetadata(ALSO_BYTES, true));

/** Types of the bodies that a handler parses. */
export function bodyTypesOf(handler: object): string[] {
  return ['application/json', ...(Reflect.getMetadata(ALSO_BYTES, handler) ? FILE_TYPES : [])];
}

/** Documents that a route takes JSON, as a schema of the document, beside a form. */
export const AlsoTakesJson = (schema: string): MethodDecorator => ApiExtension(ALSO_JSON, schema);

interface FormSchema {
  $ref?: string;
  properties?: Record<string, { type?: string; $ref?: string }>;
}

/** Says of each part of a form that holds an object or a list that it is sent as JSON, as clients and the document's page then do. */
export function addEncodings(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    const { requestBody } = operation;
    if (requestBody && 'content' in requestBody && ALSO_BYTES in operation) {
      requestBody.content[BYTES] = { schema: { type: 'string', format: 'binary' } };
      delete operation[ALSO_BYTES];
    }
    if (requestBody && 'content' in requestBody && ALSO_JSON in operation) {
      requestBody.content[JSON_BODY] = { schema: { $ref: answerAddress(operation[ALSO_JSON] as string) } };
      delete operation[ALSO_JSON];
    }
    const form = requestBody && 'content' in requestBody ? requestBody.content[FORM] : undefined;
    if (!form) continue;
    const parts = Object.entries(schemaOf(document, form.schema as FormSchema).properties ?? {});
    const json = parts.filter(([, { type, $ref }]) => type === 'object' || type === 'array' || $ref !== undefined);
    form.encoding = Object.fromEntries(json.map(([name]) => [name, { contentType: 'application/json' }]));
  }
}

/** The schema itself, where another one only names it. */
function schemaOf(document: OpenAPIObject, schema: FormSchema): FormSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components!.schemas![name] as FormSchema);
}
