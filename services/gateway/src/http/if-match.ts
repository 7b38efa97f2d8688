/** The revision that an If-Match header names; undefined where it is not one. Revisions are 32-bit integers. */
export function revisionIn(ifMatch: string): number | undefined {
  const revision = /^"?(\d{1,9})"?$/.exec(ifMatch)?.[1];
  return revision === undefined ? undefined : Number(revision);
}
