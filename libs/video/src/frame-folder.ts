import { extname, posix } from 'node:path';
import { CodedError } from '@propago/contracts';
import type { Entry } from 'yauzl';

// DAVIS, YouTube-VOS and the exports of annotation tools keep the frames under this name, beside folders of masks.
const FRAME_FOLDER = 'JPEGImages';
const NAMED_FOLDERS = 3;

/**
 * The frames of the one sequence in a zip: those of its only folder with pictures, or else of its only folder within a
 * `JPEGImages`.
 * @throws ZIP_INVALID, which says what to zip, where there are several sequences; ZIP_MIXED_FORMATS
 */
export function framesOfOneFolder(entries: readonly Entry[]): Entry[] {
  const folders = new Map<string, Entry[]>();
  for (const entry of entries) {
    const folder = posix.dirname(entry.fileName);
    const others = folders.get(folder);
    if (others) others.push(entry);
    else folders.set(folder, [entry]);
  }
  const ofFrames = [...folders.keys()].filter((folder) => folder.split('/').includes(FRAME_FOLDER));
  const candidates = folders.size === 1 ? [...folders.keys()] : ofFrames;
  if (candidates.length !== 1) throw severalSequences([...folders.keys()], ofFrames);
  const frames = folders.get(candidates[0]!)!;
  checkFormats(frames);
  return frames;
}

function severalSequences(folders: readonly string[], ofFrames: readonly string[]): CodedError {
  const [list, advised] = [ofFrames.length > 0 ? ofFrames : folders, ofFrames[0]];
  const named = list.slice(0, NAMED_FOLDERS).map((folder) => (folder === '.' ? 'the top of the zip' : folder));
  const more = list.length > named.length ? ` and ${list.length - named.length} more` : '';
  const advice = advised
    ? `zip the pictures of one of them alone, such as ${advised}`
    : 'zip the frames of one video alone';
  return new CodedError(
    'ZIP_INVALID',
    `Pictures lie in several folders (${named.join(', ')}${more}): ${advice}, without masks.`,
  );
}

/** One video is of one format: a PNG among JPEG frames is a mask or a preview that was left in the folder. */
function checkFormats(frames: readonly Entry[]): void {
  const pngs = frames.filter(({ fileName }) => extname(fileName).toLowerCase() === '.png');
  const jpegs = frames.length - pngs.length;
  if (pngs.length === 0 || jpegs === 0) return;
  const [few, many] = pngs.length <= jpegs ? (['PNG', 'JPEG'] as const) : (['JPEG', 'PNG'] as const);
  const odd = few === 'PNG' ? pngs[0]! : frames.find((frame) => !pngs.includes(frame))!;
  throw new CodedError(
    'ZIP_MIXED_FORMATS',
    `${odd.fileName} is a ${few} among ${Math.max(jpegs, pngs.length)} ${many} files. If it is a mask or a preview, leave ` +
      `it out (the mask is the part "mask" of the request); if it is a frame, save all frames in one format.`,
  );
}
