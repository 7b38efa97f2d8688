import { createHash } from 'node:crypto';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** One mask as it lies in the archive. */
export interface ArchivedMask {
  /** Path in the archive. */
  path: string;
  bytes: number;
  open: () => Promise<Readable>;
}

export interface MaskArchive {
  bytes: number;
  /** Digest of all that decides a byte of it. */
  version: string;
  open: () => Readable;
}

/**
 * A zip whose bytes follow from its masks alone, whenever and by whichever gateway it is made: a download that broke off
 * can be gone on with. Masks are opened one at a time, when their turn comes.
 */
export async function maskArchive(masks: readonly ArchivedMask[]): Promise<MaskArchive> {
  const digest = createHash('sha256').update(JSON.stringify(masks.map(({ path, bytes }) => [path, bytes])));
  return { bytes: await lengthOf(masks), version: digest.digest('hex').slice(0, 40), open: () => contentOf(masks) };
}

/** The length follows from names and sizes; nothing is opened. */
function lengthOf(masks: readonly ArchivedMask[]): Promise<number> {
  const unopened = () => new Promise<never>(() => {});
  return new Promise((resolve) =>
    zipOf(
      masks.map((mask) => ({ ...mask, open: unopened })),
      resolve,
    ),
  );
}

function contentOf(masks: readonly ArchivedMask[]): Readable {
  const zip = zipOf(masks, () => {});
  const content = new PassThrough();
  pipeline(zip.outputStream, content, () => {});
  zip.on('error', (error) => content.destroy(error as unknown as Error));
  return content;
}

function zipOf(masks: readonly ArchivedMask[], onLength: (bytes: number) => void): ZipFile {
  const zip = new ZipFile();
  for (const { path, bytes, open } of masks) {
    // Stored, not deflated: PNG is compressed already. The first moment that zips know, in every time zone.
    const options = { compress: false, mtime: new Date(1980, 0, 1), forceDosTimestamp: true, size: bytes };
    zip.addReadStreamLazy(path, options, (callback) => {
      open().then(
        (stream) => callback(null, stream),
        (error: Error) => callback(error, undefined as never),
      );
    });
  }
  zip.end(undefined, onLength as () => void);
  return zip;
}
