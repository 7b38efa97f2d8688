import type { OpenAPIObject } from '@nestjs/swagger';
import { METHODS } from '../http/open-api/operations';
import type { Access } from './route-access';

/** Name of the security scheme of API keys in the document. */
export const KEY_SCHEME = 'key';

/**
 * The document with what each operation needs, as the guard sees it; public ones say that they need nothing.
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
    }
    if (!METHODS.some((method) => item[method])) delete document.paths[path];
  }
  return document;
}
