import { Zip, ZipPassThrough } from 'fflate';

const IS_PICTURE = /\.(jpe?g|png)$/i;
/** Of all of them: the same pictures are the same file, whose upload can go on. */
const TIME = new Date(2000, 0, 1);

/**
 * What was chosen as one file to send: a video, a zip, or pictures, which are put into a zip.
 *
 * @param folder that the pictures were in
 * @returns undefined where it is neither one file nor pictures only
 */
export async function asOneFile(files: readonly File[], folder = 'frames'): Promise<File | undefined> {
  if (files.length > 0 && files.every(({ name }) => IS_PICTURE.test(name))) return zipOf(files, `${folder}.zip`);
  return files.length === 1 ? files[0] : undefined;
}

async function zipOf(pictures: readonly File[], name: string): Promise<File> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  });
  for (const picture of [...pictures].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // They are compressed already.
    const entry = new ZipPassThrough(picture.name);
    entry.mtime = TIME;
    zip.add(entry);
    entry.push(new Uint8Array(await picture.arrayBuffer()), true);
  }
  zip.end();
  return new File(chunks, name, { lastModified: Math.max(...pictures.map(({ lastModified }) => lastModified)) });
}
