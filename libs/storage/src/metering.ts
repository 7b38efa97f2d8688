import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { CodedError } from '@propago/contracts';

/** A stream that passes bytes on, counting and hashing them. */
export interface Meter {
  stream: Transform;
  /** What has passed; ask once, after the stream has ended. */
  result(): { bytes: number; sha256: string };
}

/** @param maxBytes more than these fail the stream with CodedError UPLOAD_TOO_LARGE */
export function meter(maxBytes = Number.MAX_SAFE_INTEGER): Meter {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        done(new CodedError('UPLOAD_TOO_LARGE', `The upload has more than the ${maxBytes} bytes that are accepted.`));
        return;
      }
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}
