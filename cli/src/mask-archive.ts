import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Entry, open, ZipFile } from 'yauzl';

/** Opens a zip and gives its mask entries in order, one at a time. */
async function forEachMask(file: string, take: (zip: ZipFile, entry: Entry) => Promise<void>): Promise<number> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  return new Promise((resolve, reject) => {
    let count = 0;
    zip.on('error', reject);
    zip.on('end', () => resolve(count));
    zip.on('entry', (entry: Entry) => {
      if (!entry.fileName.endsWith('.png')) return zip.readEntry();
      count++;
      take(zip, entry).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}

const read = (zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> =>
  new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
  );

/**
 * Unpacks the masks of masks.zip (`00000.png` or `<name>/00000.png`) into a folder.
 * Only the last part of a name is used, so an entry cannot leave the folder.
 *
 * @returns the number of masks
 */
export async function unpackMasks(file: string, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  return forEachMask(file, async (zip, entry) => {
    await pipeline(await read(zip, entry), createWriteStream(join(folder, basename(entry.fileName))));
  });
}

/** Calls `take` with the bytes of each mask of masks.zip, in the order of the archive. Returns how many there were. */
export async function readMasks(file: string, take: (png: Buffer, name: string) => void): Promise<number> {
  return forEachMask(file, async (zip, entry) => {
    const chunks: Buffer[] = [];
    for await (const chunk of await read(zip, entry)) chunks.push(chunk as Buffer);
    take(Buffer.concat(chunks), basename(entry.fileName));
  });
}
