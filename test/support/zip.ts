import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';

/** A zip of the given files. @param mode Unix mode of a file, 0o100644 by default */
export async function zipOf(files: { name: string; bytes: Buffer; mode?: number }[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, bytes, mode } of files) zip.addBuffer(bytes, name, { mode, mtime: new Date(0) });
  zip.end();
  return buffer(zip.outputStream);
}

/** The files of a zip by their names, in its order. */
export async function filesOfZip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return files;
}
