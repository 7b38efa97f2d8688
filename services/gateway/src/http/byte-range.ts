import { Refusal } from './refusal';

/** First and last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The one range of a Range header; undefined means the whole file (no header, another unit, or several ranges, which
 * RFC 9110 lets a server answer in full).
 * @throws Refusal RANGE_NOT_SATISFIABLE, with the length that the file has
 */
export function byteRange(header: string | undefined, bytes: number): ByteRange | undefined {
  const match = header && /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header);
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, bytes - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? bytes - 1 : Math.min(bytes - 1, Number(match[2]));
  if (start <= end) return { start, end };
  const headers = { 'content-range': `bytes */${bytes}` };
  throw new Refusal('RANGE_NOT_SATISFIABLE', `The file has ${bytes} bytes.`, headers);
}
