import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Failure } from '../failure';
import { listFrames } from '../frame-folder';

/** The frames of a video that have ground truth, by frame, ascending. */
export type FrameTruth = ReadonlyMap<number, string>;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The names of the folders in a folder, sorted. @throws Failure (usage) when there are none */
export function foldersOf(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => isFolder(join(folder, name))) : [];
  if (names.length === 0) throw new Failure(`${folder} has no folders of frames`, 2);
  return names.sort();
}

/**
 * Which frames of a folder of pictures have a mask of the same name in another folder.
 *
 * @returns the number of frames, and their masks
 * @throws Failure when a folder is missing, or a mask has no frame
 */
export function truthOf(name: string, video: string, annotations: string): { frames: number; truth: FrameTruth } {
  for (const folder of [video, annotations]) {
    if (!isFolder(folder)) throw new Failure(`sequence ${name}: there is no folder ${folder}`);
  }
  const stems = listFrames(video).map((file) => parse(file).name);
  const frameOf = new Map(stems.map((stem, frame) => [stem, frame]));
  const truth = new Map<number, string>();
  for (const file of listFrames(annotations).filter((each) => each.toLowerCase().endsWith('.png'))) {
    const frame = frameOf.get(parse(file).name);
    if (frame === undefined) throw new Failure(`sequence ${name}: the annotation ${file} has no frame in ${video}`);
    truth.set(frame, join(annotations, file));
  }
  if (truth.size === 0) throw new Failure(`sequence ${name}: ${annotations} has no PNG files`);
  return { frames: stems.length, truth: new Map([...truth].sort(([a], [b]) => a - b)) };
}
