import type { OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
/** An operation, with the extensions that it has. */
export type Operation = NonNullable<PathItem['get']> & Record<`x-${string}`, unknown>;

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** Every operation of a document. */
export function operationsOf(document: OpenAPIObject): Operation[] {
  const items = Object.values(document.paths);
  return items.flatMap((item) => METHODS.flatMap((method) => (item[method] as Operation | undefined) ?? []));
}
