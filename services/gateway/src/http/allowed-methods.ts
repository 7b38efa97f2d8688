import type { FastifyInstance } from 'fastify';

/** Which methods find something at an address, for the answer to another one. */
export class AllowedMethods {
  private readonly routes: { methods: string[]; url: string; pattern: RegExp }[] = [];

  /**
   * Listens to the routes as they are registered, so it must be there before the first one.
   * @param isHere whether a route is to be found at a port; one that is not is not told of either
   */
  constructor(
    fastify: FastifyInstance,
    private readonly isHere: (route: string, port: number | undefined) => boolean,
  ) {
    fastify.addHook('onRoute', ({ method, url }) => {
      this.routes.push({ methods: [method].flat(), url, pattern: patternOf(url) });
    });
  }

  /** @param address path and query of a request; undecodable ones have no methods */
  at(address: string, port: number | undefined): string[] {
    const [path = ''] = address.split('?');
    const found = this.routes.filter(({ url, pattern }) => pattern.test(path) && this.isHere(url, port));
    return [...new Set(found.flatMap(({ methods }) => methods))].sort();
  }
}

/** Of a route's path: `:name` is one part, with what it must look like in parentheses; `::` is a colon; `*` is the rest. */
function patternOf(url: string): RegExp {
  const source = url.replace(/::|:(\w+)(\([^)]*\))?|\*|[.+?^${}()|[\]\\]/g, (found) => {
    if (found === '::') return ':';
    if (found === '*') return '.*';
    return found.startsWith(':') ? '[^/:]+' : `\\${found}`;
  });
  return new RegExp(`^${source}/?$`);
}
