import { Readable } from 'node:stream';
import type { ByteRange } from './byte-range';

/** One part of a stream that cannot be opened in its middle: what lies before is read and dropped, the rest is not read. */
export function streamedPart(source: Readable, { start, end }: ByteRange): Readable {
  return Readable.from(partOf(source, start, end + 1), { objectMode: false });
}

async function* partOf(source: Readable, from: number, to: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= to) return;
  }
}
