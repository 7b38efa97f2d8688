import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations';

const FORM = 'multipart/form-data';

interface FormSchema {
  properties?: Record<string, { type?: string; $ref?: string }>;
}

/** Says of each part of a form that holds an object that it is sent as JSON, as clients and the document's page then do. */
export function addEncodings(document: OpenAPIObject): void {
  for (const { requestBody } of operationsOf(document)) {
    const form = requestBody && 'content' in requestBody ? requestBody.content[FORM] : undefined;
    if (!form) continue;
    const parts = Object.entries((form.schema as FormSchema).properties ?? {});
    const objects = parts.filter(([, { type, $ref }]) => type === 'object' || $ref !== undefined);
    form.encoding = Object.fromEntries(objects.map(([name]) => [name, { contentType: 'application/json' }]));
  }
}
