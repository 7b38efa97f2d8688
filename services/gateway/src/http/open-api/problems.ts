import type { OpenAPIObject } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from '@propago/contracts';
import { PROBLEM_TYPE } from '../problem';
import { operationsOf, type Operation } from './operations';
import { ERROR_CODES } from './refuses';

/** Codes of the access guard; those of sessions concern browsers only. */
const OF_KEYS: ErrorCode[] = [
  'KEY_MISSING',
  'KEY_INVALID',
  'KEY_EXPIRED',
  'KEY_REVOKED',
  'SESSION_ENDED',
  'CSRF_INVALID',
  'ORIGIN_FORBIDDEN',
  'SCOPE_MISSING',
  'RATE_LIMITED',
];
/** Codes that parsing a body may end in. */
const OF_BODIES: ErrorCode[] = ['MEDIA_TYPE_UNSUPPORTED', 'UPLOAD_TOO_LARGE'];
const OF_ALL: ErrorCode[] = ['REQUEST_INVALID', 'TEXT_INVALID', 'QUERY_UNKNOWN', 'SERVICE_UNAVAILABLE', 'INTERNAL'];

/** RFC 9457, as `problemOf` answers. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance'],
  properties: {
    type: { type: 'string', description: '`urn:propago:error:` and the code' },
    title: { type: 'string', description: 'One sentence for each code' },
    status: { type: 'integer', description: 'The HTTP status' },
    code: { type: 'string', description: 'Never changes its meaning; each operation lists those it may have' },
    detail: { type: 'string', description: 'What is wrong with this request' },
    instance: { type: 'string', description: 'The address of the request' },
    id: { type: 'string', format: 'uuid', description: 'Of INTERNAL: under which the server’s log has the reason' },
    errors: {
      type: 'array',
      description: 'Everything that is wrong with the values of the request',
      items: {
        type: 'object',
        required: ['path', 'code', 'message'],
        properties: {
          path: { type: 'string', description: 'Where the value stands, with dots' },
          code: { type: 'string' },
          message: { type: 'string' },
          suggestion: { type: 'string', description: 'What was probably meant' },
        },
      },
    },
  },
};

/** Documents the errors of every operation: how they look, and which codes there are. */
export function addProblems(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    const codes = codesOf(operation);
    operation[ERROR_CODES] = codes;
    for (const range of ['4', '5']) {
      const those = codes.filter((code) => String(ERRORS[code].status).startsWith(range));
      operation.responses[`${range}XX`] = {
        description: those.map((code) => `\`${code}\` (${ERRORS[code].status}): ${ERRORS[code].title}`).join('\n\n'),
        content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      };
    }
  }
}

function codesOf(operation: Operation): ErrorCode[] {
  const isPublic = operation.security?.length === 0;
  const own = (operation[ERROR_CODES] as ErrorCode[] | undefined) ?? [];
  const codes = [...own, ...(isPublic ? [] : OF_KEYS), ...(operation.requestBody ? OF_BODIES : []), ...OF_ALL];
  return (Object.keys(ERRORS) as ErrorCode[]).filter((code) => codes.includes(code));
}
