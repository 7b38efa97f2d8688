import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { HealthController, MetricsController } from '@propago/runtime';
import type { Scope } from './caller';
import { ACCESS } from './require-scope';

/** Where the routes of the scope `admin` lie. */
export const ADMIN_PATH = 'v1/admin';

/** What the runtime gives every service; probes and scrapers have no keys. */
const PUBLIC_CONTROLLERS: readonly unknown[] = [HealthController, MetricsController];

export type Access = Scope | 'public';

/** What a route needs: what it says itself, else what its controller says; undefined where both say nothing. */
export function accessOf(controller: object, handler: object): Access | undefined {
  if (PUBLIC_CONTROLLERS.includes(controller)) return 'public';
  return (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as Access | undefined;
}

/**
 * What every HTTP route of the controllers needs, by the name of its method, which is also its OpenAPI operation id.
 * @throws Error that names each route without a declared scope, each admin route at another place than /v1/admin, and
 *   each name that two routes have
 */
export function accessOfRoutes(controllers: readonly Type[]): Map<string, Access> {
  const access = new Map<string, Access>();
  const problems: string[] = [];
  for (const { id, path, controller, handler } of controllers.flatMap(routesOf)) {
    const needed = accessOf(controller, handler);
    if (access.has(id)) problems.push(`${id} (/${path}) is the name of another route too`);
    const isBelowAdmin = path === ADMIN_PATH || path.startsWith(`${ADMIN_PATH}/`);
    if (needed === undefined) problems.push(`${id} (/${path}) has neither @RequireScope nor @Public`);
    else if ((needed === 'admin') !== isBelowAdmin) {
      problems.push(`${id} (/${path}) needs ${needed}: the scope admin and /${ADMIN_PATH} go together`);
    } else access.set(id, needed);
  }
  if (problems.length > 0) throw new Error(`Routes without access control:\n  ${problems.join('\n  ')}`);
  return access;
}

interface Route {
  id: string;
  /** Without slashes at its ends. */
  path: string;
  controller: Type;
  handler: object;
}

function routesOf(controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  return names.flatMap((name) => {
    const handler = Object.getOwnPropertyDescriptor(prototype, name)!.value as object | undefined;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const [base, own] = [controller, handler].map((target) => pathOf(target));
    const path = `${base}/${own}`.replace(/\/+/g, '/').replace(/^\/|\/$/g, '');
    return [{ id: name, path, controller, handler }];
  });
}

function pathOf(target: object): string {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, target);
  if (typeof path !== 'string') throw new Error('Expected one path for a controller or route.');
  return path;
}
