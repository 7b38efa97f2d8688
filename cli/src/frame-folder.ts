import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, parse } from 'node:path';
import { Readable } from 'node:stream';
import { compareNaturally, FRAME_EXTENSIONS, OTHER_PICTURE_EXTENSIONS } from '@propago/contracts';
import { ZipFile } from 'yazl';
import { Failure } from './failure';

const isFrame = (name: string): boolean => FRAME_EXTENSIONS.has(extname(name).toLowerCase());
const isOtherPicture = (name: string): boolean => OTHER_PICTURE_EXTENSIONS.has(extname(name).toLowerCase());

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

/** JPEG and PNG files of a folder in the order in which the server takes them: by name, 2.jpg before 10.jpg. */
export function listFrames(folder: string): string[] {
  return filesOf(folder).filter(isFrame).sort(compareNaturally);
}

/**
 * The files of a folder that become the frames of a video.
 *
 * @throws Failure when there are none, or when the folder holds pictures that would be left out, or two of one name
 */
export function framesToSend(folder: string): string[] {
  const names = listFrames(folder);
  const other = filesOf(folder).filter(isOtherPicture).sort(compareNaturally);
  if (other.length > 0) {
    const others = other.length > 1 ? ` (and ${other.length - 1} more)` : '';
    throw new Failure(
      `${folder} has ${other[0]}${others}: only JPEG and PNG frames are accepted; convert such pictures, or move them away`,
      2,
    );
  }
  if (names.length === 0) throw new Failure(`${folder} has no JPEG or PNG frames`, 2);
  const stems = new Set<string>();
  for (const name of names) {
    const { name: stem } = parse(name);
    if (stems.has(stem))
      throw new Failure(`${folder} has two frames named ${stem}; their masks would have one name`, 2);
    stems.add(stem);
  }
  return names;
}

/**
 * A zip of the frames of a folder, written while it is read. Entries have the frames' names, which their masks then
 * have, and are stored: JPEG and PNG do not get smaller.
 *
 * @throws Failure as {@link framesToSend}
 */
export function zipFrames(folder: string): Readable {
  const names = framesToSend(folder);
  const zip = new ZipFile();
  for (const name of names) {
    // One fixed time: the same frames give the same zip, which the server then knows already.
    zip.addFile(join(folder, name), name, {
      compress: false,
      mtime: new Date(Date.UTC(2000, 0, 1)),
      mode: 0o100644,
    });
  }
  zip.end();
  const output = zip.outputStream as Readable;
  (zip as unknown as NodeJS.EventEmitter).on('error', (error: Error) => output.destroy(error));
  return output;
}

/** What is sent as the video: a file, or a folder as a zip. @throws Failure when there is none, or as {@link framesToSend} */
export function videoSource(path: string): { fileName: string; contentType: string; folder: boolean } {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new Failure(`there is no file or folder ${path}`, 2);
  if (stats.isDirectory()) {
    framesToSend(path);
    return { fileName: `${basename(path)}.zip`, contentType: 'application/zip', folder: true };
  }
  return { fileName: basename(path), contentType: 'application/octet-stream', folder: false };
}
