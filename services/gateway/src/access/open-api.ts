import type { OpenAPIObject } from '@nestjs/swagger';
import { answerSchemas, ERRORS } from '@propago/contracts';
import type { Access } from './route-access';

/** Name of the security scheme of API keys in the document. */
export const KEY_SCHEME = 'key';

/** RFC 9457, as `ProblemFilter` answers. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance'],
  properties: {
    type: { type: 'string', description: '`urn:propago:error:` and the code' },
    title: { type: 'string', description: 'One sentence for each code' },
    status: { type: 'integer', description: 'The HTTP status' },
    code: { type: 'string', enum: Object.keys(ERRORS), description: 'Never changes its meaning' },
    detail: { type: 'string', description: 'What is wrong with this request' },
    instance: { type: 'string', description: 'The address of the request' },
  },
};
const PROBLEM_ANSWER = {
  description: 'Any error',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/**
 * The document with what each operation needs, as the guard sees it, and how its errors look; public ones say that they
 * need nothing.
 * Without the admin API its operations are left out.
 */
export function withAccess(
  document: OpenAPIObject,
  access: ReadonlyMap<string, Access>,
  admin: boolean,
): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const needed = access.get(operation.operationId ?? '');
      if (needed === undefined) throw new Error(`${operation.operationId} is no known route.`);
      if (needed === 'admin' && !admin) delete item[method];
      else operation.security = needed === 'public' ? [] : [{ [KEY_SCHEME]: [needed] }];
      operation.responses = { ...operation.responses, default: PROBLEM_ANSWER };
    }
    if (!METHODS.some((method) => item[method])) delete document.paths[path];
  }
  document.components = { ...document.components, schemas: { ...answerSchemas(), Problem: PROBLEM } };
  return document;
}
