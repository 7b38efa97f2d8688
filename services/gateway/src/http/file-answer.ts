import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { byteRange, type ByteRange } from './byte-range';
import { contentDisposition } from './content-disposition';

const BYTES = 'application/octet-stream';

/** A file that the API serves. */
export interface ServedFile {
  mediaType: string;
  bytes: number;
  /** Differs wherever a byte differs; letters, digits and dashes. */
  version: string;
  name: string;
  /** Whether a browser shows it. By default it saves it. */
  isShown?: boolean;
  /** It never changes as long as it is there. */
  isImmutable?: boolean;
  /** @param range all of the file where absent */
  open: (range?: ByteRange) => Promise<Readable>;
}

/**
 * Answers with a file: 200, 206 for one range of it (If-Range is honoured), or 304 for a client that has it.
 * @throws Refusal RANGE_NOT_SATISFIABLE, and what opening the file throws
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: ServedFile): Promise<FastifyReply> {
  const { method, headers } = request;
  const etag = `"${file.version}"`;
  const caching = {
    etag,
    'accept-ranges': 'bytes',
    'cache-control': file.isImmutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  };
  if (isKnown(headers['if-none-match'], etag)) return reply.status(304).headers(caching).send();
  // Of a file that is another one by now, a part would not fit what the client has.
  const mayBePart = method === 'GET' && (headers['if-range'] ?? etag) === etag;
  const part = mayBePart ? byteRange(headers.range, file.bytes) : undefined;
  // Before the first header is set: an answer that fails here has those of a problem only.
  const content = method === 'HEAD' ? Readable.from([]) : await file.open(part);
  if (part) void reply.status(206).header('content-range', `bytes ${part.start}-${part.end}/${file.bytes}`);
  return (
    reply
      .headers(caching)
      .header('content-disposition', contentDisposition(file.isShown ? 'inline' : 'attachment', file.name))
      .header('content-length', part ? part.end - part.start + 1 : file.bytes)
      // Programs that want nothing but bytes may say so.
      .type(headers.accept === BYTES ? BYTES : file.mediaType)
      .send(content)
  );
}

/** If-None-Match: whether one of the tags is the file's; weak ones count too (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags: string[] = header.match(/"[^"]*"|\*/g) ?? [];
  return tags.includes('*') || tags.includes(etag);
}
