import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { Failure } from './failure';

const FRAME = /\.(jpe?g|png)$/i;

/** JPEG and PNG files of a folder, by name; numbers in names count as numbers, so 2.jpg comes before 10.jpg. */
export function listFrames(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => FRAME.test(name) && !name.startsWith('.'));
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The frames' own names, which their masks then have; numbers where these leave the order open or are not unique. */
function entryNames(names: readonly string[]): string[] {
  const stems = names.map((name) => name.slice(0, name.lastIndexOf('.')));
  const plain = stems.every((stem, index) => index === 0 || stem > stems[index - 1]!);
  if (plain) return [...names];
  return names.map(
    (name, index) => `${String(index).padStart(5, '0')}${name.slice(name.lastIndexOf('.')).toLowerCase()}`,
  );
}

/**
 * A zip of the frames of a folder, written while it is read. Entries are stored: JPEG and PNG do not get smaller.
 *
 * @throws Failure when the folder has no frames
 */
export function zipFrames(folder: string): Readable {
  const names = listFrames(folder);
  if (names.length === 0) throw new Failure(`${folder} has no JPEG or PNG frames`, 2);
  const zip = new ZipFile();
  const entries = entryNames(names);
  names.forEach((name, index) => {
    // One fixed time: the same frames give the same zip, which the server then knows already.
    zip.addFile(join(folder, name), entries[index]!, {
      compress: false,
      mtime: new Date(Date.UTC(2000, 0, 1)),
      mode: 0o100644,
    });
  });
  zip.end();
  const output = zip.outputStream as Readable;
  (zip as unknown as NodeJS.EventEmitter).on('error', (error: Error) => output.destroy(error));
  return output;
}

/** What is sent as the video: a file, or a folder as a zip. */
export function videoSource(path: string): { fileName: string; contentType: string; folder: boolean } {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new Failure(`there is no file or folder ${path}`, 2);
  if (stats.isDirectory()) return { fileName: `${basename(path)}.zip`, contentType: 'application/zip', folder: true };
  return { fileName: basename(path), contentType: 'application/octet-stream', folder: false };
}
