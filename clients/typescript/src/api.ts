import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './generated/api.js';
import { patientFetch } from './patient-fetch.js';

/** The generated client: every route of the document, typed. */
export type Api = Client<paths>;
export type Schemas = components['schemas'];

/** @param baseUrl address of the gateway, without a slash at its end @param headers of every request */
export function createApi(baseUrl: string, headers: Record<string, string>): Api {
  return createClient<paths>({ baseUrl, headers, fetch: patientFetch });
}

/** The items of all pages; each page is asked for when it is reached. */
export async function* allItems<T>(
  pageAfter: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const { items, next } = await pageAfter(cursor);
    yield* items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
