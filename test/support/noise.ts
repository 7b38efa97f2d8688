import { setTimeout as sleep } from 'node:timers/promises';
import { damagedFiles, tinyClip } from './damaged-files';
import type { PatientClient } from './patient-client';
import { oneOf } from './random-corrections';
import { type OpenApiDocument, operationsOf, RandomRequests } from './random-requests';

/** After each request. */
const PAUSE_MS = 300;

/**
 * Requests that are nearly right, beside what other clients want, until it is told to stop. They touch no run of others,
 * and what they make they remove. @returns how many answers had which status
 */
export async function noise(
  client: PatientClient,
  document: OpenApiDocument,
  next: () => number,
  isOver: () => boolean,
): Promise<Record<number, number>> {
  const clip = await tinyClip();
  const nobody = '00000000-0000-4000-8000-000000000000';
  const known = { id: [nobody], exportId: [nobody], name: ['conv-descriptor'], frame: ['0'], object: ['1'] };
  const requests = new RandomRequests(document, known, await damagedFiles(clip));
  const operations = operationsOf(document).filter(({ path }) => !path.startsWith('/v1/admin/'));
  const statuses: Record<number, number> = {};
  while (!isOver()) {
    const request = requests.of(oneOf(next, operations), next);
    const answer = await client.attempt(request.path, request.init);
    await sleep(PAUSE_MS);
    if (typeof answer === 'string') continue;
    const { status, body } = answer;
    statuses[status] = (statuses[status] ?? 0) + 1;
    const made = { 201: '/v1/videos', 202: '/v1/runs' }[status];
    const { id } = made ? (JSON.parse(body.toString()) as { id?: string }) : {};
    if (made && id) await client.send(`${made}/${id}`, () => ({ method: 'DELETE' }));
  }
  return statuses;
}
