import { ApiExtension, type OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations';

const FORM = 'multipart/form-data';
const BYTES = 'application/octet-stream';
const ALSO_BYTES = 'x-also-bytes';

/** Documents that a route takes the bytes of a file beside JSON, under the type that every generator of clients knows. */
export const AlsoTakesBytes = (): MethodDecorator => ApiExtension(ALSO_BYTES, true);

interface FormSchema {
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
    const form = requestBody && 'content' in requestBody ? requestBody.content[FORM] : undefined;
    if (!form) continue;
    const parts = Object.entries((form.schema as FormSchema).properties ?? {});
    const json = parts.filter(([, { type, $ref }]) => type === 'object' || type === 'array' || $ref !== undefined);
    form.encoding = Object.fromEntries(json.map(([name]) => [name, { contentType: 'application/json' }]));
  }
}
