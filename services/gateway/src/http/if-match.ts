import { ApiHeader } from '@nestjs/swagger';
import { CodedError } from '@propago/contracts';

/** The revision that an If-Match header names; undefined where it is not one. Revisions are 32-bit integers. */
export function revisionIn(ifMatch: string): number | undefined {
  const revision = /^"?(\d{1,9})"?$/.exec(ifMatch)?.[1];
  return revision === undefined ? undefined : Number(revision);
}

/** `If-Match` of a change of what is said about a run. */
export const IfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The revision that the change is based on, as the ETag of the prompts says it: 412 when it is another one by now',
    schema: { type: 'string' },
  });

/** The revision of a run that If-Match expects; undefined: whichever there is. @throws CodedError REQUEST_INVALID */
export function expectedRevision(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const revision = revisionIn(ifMatch);
  if (revision === undefined)
    throw new CodedError('REQUEST_INVALID', 'Expected If-Match to be the ETag of the prompts.');
  return revision;
}
