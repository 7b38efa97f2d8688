/** Address of a model, or of something of it. */
export function modelPath(name: string, rest = ''): string {
  return `/v1/admin/models/${encodeURIComponent(name)}${rest}`;
}
