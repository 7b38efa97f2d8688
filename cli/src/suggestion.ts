import { z } from 'zod';
import type { ApiClient } from './api-client';

const suggestion = z.looseObject({
  frame: z.number(),
  objects: z.array(z.number()),
  expectedGain: z.number(),
  reason: z.string(),
});

/** A frame whose correction would help, as GET /v1/runs/{id}/suggestions says it. */
export type Suggestion = z.infer<typeof suggestion>;

/** The frames of a run whose correction would help most, the best first. @throws Failure with the server's code */
export async function suggestions(client: ApiClient, runId: string, count: number): Promise<Suggestion[]> {
  const path = `/v1/runs/${encodeURIComponent(runId)}/suggestions?count=${count}`;
  return z.looseObject({ items: z.array(suggestion) }).parse(await client.call('GET', path)).items;
}
