import { z } from 'zod';
import { CodedError, modelName } from '@propago/contracts';
import { revisionIn } from '../http/if-match';
import { parseBody } from '../http/parse-body';

/** Versions and revisions are 32-bit integers. */
const MOST = 2 ** 31 - 1;

const expectedRevision = z.int().min(0).max(MOST).optional();

/** The body of changes that carry nothing but the revision they expect. */
export const revisionBody = z.strictObject({ expectedRevision });
export const aliasBody = z.strictObject({ version: z.int().min(1).max(MOST), expectedRevision });
export const rollbackBody = z.strictObject({ alias: z.string().optional(), expectedRevision });

/** How a revision is expected, in words for the API's document. */
export const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The revision that the change was made for, as the ETag says it: 409 when it is another one by now',
};

/** @throws CodedError MODEL_NOT_FOUND when it is no version number at all */
export function versionNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CodedError('MODEL_NOT_FOUND', `Expected a version number but received '${text}'.`);
}

/** The name of a model that may come to be. @throws CodedError REQUEST_INVALID */
export function newModelName(text: string): string {
  return parseBody(modelName, text, 'the name of the model');
}

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** The revision that a change expects, from its body or the header. @throws CodedError REQUEST_INVALID */
export function expectedBy(body: { expectedRevision?: number }, ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return body.expectedRevision;
  const revision = revisionIn(ifMatch);
  const isOther = body.expectedRevision !== undefined && body.expectedRevision !== revision;
  if (revision === undefined || isOther) {
    throw new CodedError(
      'REQUEST_INVALID',
      'Expected If-Match to be the ETag of an answer, and as expectedRevision says.',
    );
  }
  return revision;
}
