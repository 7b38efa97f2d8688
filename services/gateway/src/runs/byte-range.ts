import { CodedError } from '@propago/contracts';

/**
 * The one range of a Range header, both ends inclusive; undefined means the whole file (no header, another unit, or
 * several ranges, which RFC 9110 lets a server answer in full).
 * @throws CodedError RANGE_NOT_SATISFIABLE
 */
export function byteRange(header: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const match = header && /^bytes=(\d*)-(\d*)$/.exec(header);
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, bytes - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? bytes - 1 : Math.min(bytes - 1, Number(match[2]));
  if (start > end) throw new CodedError('RANGE_NOT_SATISFIABLE', `The file has ${bytes} bytes.`);
  return { start, end };
}
