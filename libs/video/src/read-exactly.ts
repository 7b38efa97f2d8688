import type { Readable } from 'node:stream';

/**
 * Reads `size` bytes from a paused stream; null where it ends before the first of them. Nothing is read ahead beyond the
 * stream's own small buffer, so a slow consumer stops the writer.
 * @returns fewer bytes than asked only where the stream ends in between
 */
export async function readExactly(stream: Readable, size: number): Promise<Buffer | null> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const available = Math.min(stream.readableLength, size - filled);
    const chunk = stream.read(available || undefined) as Buffer | null;
    if (chunk) {
      if (chunk.length > size - filled) {
        stream.unshift(chunk.subarray(size - filled));
      }
      filled += chunk.copy(bytes, filled);
    } else if (stream.readableEnded || stream.destroyed) {
      break;
    } else {
      await moreOrEnd(stream);
    }
  }
  return filled === 0 ? null : bytes.subarray(0, filled);
}

function moreOrEnd(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close', 'error'];
    const done = (): void => {
      for (const event of events) stream.removeListener(event, done);
      resolve();
    };
    for (const event of events) stream.once(event, done);
  });
}
