import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile as Zip } from 'yazl';

/** A zip that is written entry by entry: the next one is taken when the last one is on its way to the disk. */
export class ZipFile {
  private readonly failed: Promise<never>;

  private constructor(
    private readonly zip: Zip,
    written: Promise<void>,
  ) {
    this.failed = written.then(() => new Promise<never>(() => {}));
    this.failed.catch(() => {});
  }

  /** Lends a new file, and completes it when `use` has ended. */
  static async write(path: string, use: (zip: ZipFile) => Promise<void>): Promise<void> {
    const zip = new Zip();
    const written = pipeline(zip.outputStream, createWriteStream(path, { flags: 'wx' }));
    const file = new ZipFile(zip, written);
    try {
      await use(file);
    } catch (error) {
      (zip.outputStream as Readable).destroy(error as Error);
      await written.catch(() => {});
      throw error;
    }
    zip.end();
    await written;
  }

  /** @param compress whether the content is deflated; pictures are already */
  async add(path: string, content: Buffer | string, { compress = false } = {}): Promise<void> {
    const bytes = Buffer.from(content as Buffer);
    // The first moment that zips know, in every time zone: the same masks give the same bytes.
    const options = { compress, mtime: new Date(1980, 0, 1), forceDosTimestamp: true, size: bytes.length };
    const taken = new Promise<void>((resolve) => {
      this.zip.addReadStreamLazy(path, options, (callback) => {
        const stream = Readable.from([bytes]);
        stream.once('end', resolve);
        callback(null, stream);
      });
    });
    await Promise.race([taken, this.failed]);
  }
}
