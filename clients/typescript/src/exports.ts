import type { Api, Schemas } from './api.js';
import { good, PropagoError } from './errors.js';
import type { paths } from './generated/api.js';
import { sleep } from './patient-fetch.js';
import { ServerFile } from './server-file.js';

type Request = paths['/v1/runs/{id}/exports']['post']['requestBody']['content']['application/json'];
export type ExportFormat = Request['format'];
export type ExportOptions = NonNullable<Request['options']>;

/** A file that was made of a run. */
export class Export extends ServerFile {
  constructor(
    api: Api,
    /** What the server says of it: bytes, what the format cannot hold, the measured loss. */
    readonly info: Schemas['Export'],
  ) {
    const path = { id: info.runId, exportId: info.id };
    super((parseAs) => api.GET('/v1/runs/{id}/exports/{exportId}/file', { params: { path }, parseAs }));
  }
}

/** Has a file made, and waits for it. @throws PropagoError where it is refused or fails */
export async function makeExport(api: Api, id: string, format: ExportFormat, options: ExportOptions): Promise<Export> {
  let made = await good(api.POST('/v1/runs/{id}/exports', { params: { path: { id } }, body: { format, options } }));
  for (let wait = 100; made.state === 'queued' || made.state === 'running'; wait = Math.min(2000, 1.5 * wait)) {
    await sleep(wait);
    const path = { id, exportId: made.id };
    made = await good(api.GET('/v1/runs/{id}/exports/{exportId}', { params: { path } }));
  }
  if (made.error) throw new PropagoError(made.error);
  return new Export(api, made);
}
