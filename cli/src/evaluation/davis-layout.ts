import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Failure } from '../failure';
import { listFrames } from '../frame-folder';
import type { DataSetSequence } from './data-set';

/** A sequence with ground truth on every frame. */
export interface DavisSequence extends DataSetSequence {
  /** Ground truth, one file per frame, in frame order; the first is the mask that a run starts from. */
  annotations: string[];
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function pngFiles(folder: string): string[] {
  return listFrames(folder)
    .filter((name) => name.toLowerCase().endsWith('.png'))
    .map((name) => join(folder, name));
}

/** The folder with one folder per sequence: below `480p` in DAVIS itself, without that level in copies. */
function sequencesFolder(root: string, kind: 'JPEGImages' | 'Annotations'): string {
  const at480 = join(root, kind, '480p');
  return isFolder(at480) ? at480 : join(root, kind);
}

function sequenceOf(root: string, name: string): DavisSequence {
  const video = join(sequencesFolder(root, 'JPEGImages'), name);
  const truth = join(sequencesFolder(root, 'Annotations'), name);
  if (!isFolder(video)) throw new Failure(`sequence ${name}: there is no folder ${video}`);
  if (!isFolder(truth)) throw new Failure(`sequence ${name}: there is no folder ${truth}`);
  const frames = listFrames(video);
  const annotations = pngFiles(truth);
  const stem = (file: string): string => basename(file).replace(/\.[^.]+$/, '');
  const annotated = new Set(annotations.map(stem));
  const bare = frames.find((frame) => !annotated.has(stem(frame)));
  if (frames.length === 0) throw new Failure(`sequence ${name}: ${video} has no frames`);
  if (bare !== undefined) throw new Failure(`sequence ${name}: frame ${bare} has no annotation in ${truth}`);
  if (annotations.length !== frames.length) {
    throw new Failure(`sequence ${name}: ${frames.length} frames but ${annotations.length} annotations`);
  }
  return sequence(name, video, annotations);
}

const sequence = (name: string, video: string, annotations: string[]): DavisSequence => ({
  name,
  video,
  frames: annotations.length,
  annotations,
  labels: () => ({ prompts: [{ frame: 0, file: annotations[0]! }] }),
});

/** A folder that is one sequence: video.mp4 and Annotations/*.png. */
function singleSequence(root: string): DavisSequence {
  const annotations = pngFiles(join(root, 'Annotations'));
  const name = basename(resolve(root));
  if (annotations.length === 0) throw new Failure(`sequence ${name}: ${join(root, 'Annotations')} has no PNG files`);
  return sequence(name, join(root, 'video.mp4'), annotations);
}

/**
 * The sequences of a folder in DAVIS layout (`JPEGImages[/480p]/<name>/*.jpg`, `Annotations[/480p]/<name>/*.png`), or
 * the one of a folder with `video.mp4` and `Annotations/*.png`.
 *
 * @param wanted names to take; absent: all
 * @throws Failure when a wanted sequence is missing or lacks files
 */
export function findSequences(root: string, wanted?: readonly string[]): DavisSequence[] {
  if (existsSync(join(root, 'video.mp4')) && isFolder(join(root, 'Annotations'))) {
    const only = singleSequence(root);
    const other = wanted?.find((name) => name !== only.name);
    if (other !== undefined) throw new Failure(`${root} is the sequence ${only.name} and has no ${other}`);
    return [only];
  }
  const images = sequencesFolder(root, 'JPEGImages');
  if (!isFolder(images)) throw new Failure(`${root} has neither JPEGImages/ nor video.mp4 with Annotations/`, 2);
  const names = wanted ?? readdirSync(images).filter((name) => isFolder(join(images, name)));
  if (names.length === 0) throw new Failure(`${images} has no sequences`);
  return [...names].sort().map((name) => sequenceOf(root, name));
}
