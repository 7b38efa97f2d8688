import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Failure } from '../failure';
import { listFrames } from '../frame-folder';
import { readMatFile } from './mat-file';

/** The joints of a person, in the order of the files. */
export const JHMDB_JOINTS = [
  'neck',
  'belly',
  'face',
  'right shoulder',
  'left shoulder',
  'right hip',
  'left hip',
  'right elbow',
  'left elbow',
  'right knee',
  'left knee',
  'right wrist',
  'left wrist',
  'right ankle',
  'left ankle',
] as const;

/** Pixels of the video; the centre of its first pixel is 0.5, 0.5. */
export interface JointPlace {
  x: number;
  y: number;
}

/** A clip with the place of each joint on each frame. */
export interface JhmdbClip {
  /** `ACTION/CLIP` */
  name: string;
  /** Folder of its frames. */
  video: string;
  /** Frames that have joints, from the first on: a folder may hold more. */
  joints: JointPlace[][];
}

const POSITIONS = 'pos_img';

/**
 * The clips of JHMDB in its own layout: `Rename_Images/ACTION/CLIP/*.png`, `joint_positions/ACTION/CLIP/joint_positions.mat`
 * and `splits/ACTION_test_split1.txt`, whose lines name a clip and its part, 2 for testing.
 *
 * @param wanted names `ACTION/CLIP`; absent: those that the first split tests with
 * @throws Failure when a file is missing, or is not what it should be
 */
export function jhmdbClips(root: string, wanted: readonly string[] = tested(root)): JhmdbClip[] {
  return wanted.map((name) => {
    const video = join(root, 'Rename_Images', name);
    const file = join(root, 'joint_positions', name, 'joint_positions.mat');
    for (const path of [video, file]) if (!existsSync(path)) throw new Failure(`clip ${name}: there is no ${path}`);
    const joints = readJoints(file).slice(0, listFrames(video).length);
    if (joints.length === 0) throw new Failure(`clip ${name}: ${video} has no frames`);
    return { name, video, joints };
  });
}

function tested(root: string): string[] {
  const folder = join(root, 'splits');
  const lists = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('_test_split1.txt')) : [];
  if (lists.length === 0) throw new Failure(`${folder} has no lists; name the clips by --sequences`, 2);
  return lists.sort().flatMap((list) => {
    const action = list.slice(0, -'_test_split1.txt'.length);
    const lines = readFileSync(join(folder, list), 'utf8').split(/\r?\n/);
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, part]) => part === '2')
      .map(([file]) => `${action}/${parse(file!).name}`);
  });
}

/** @returns the joints of each frame */
function readJoints(file: string): JointPlace[][] {
  try {
    const positions = readMatFile(readFileSync(file)).get(POSITIONS);
    const [axes, joints, frames = 1] = positions?.dimensions ?? [];
    if (!positions || axes !== 2 || joints !== JHMDB_JOINTS.length) {
      throw new RangeError(`Expected ${POSITIONS} of 2 x ${JHMDB_JOINTS.length} x frames.`);
    }
    const at = (frame: number, joint: number, axis: number) =>
      // The first pixel of MATLAB is 1.
      positions.values[(frame * joints + joint) * axes + axis]! - 0.5;
    return Array.from({ length: frames }, (_, frame) =>
      JHMDB_JOINTS.map((_name, joint) => ({ x: at(frame, joint, 0), y: at(frame, joint, 1) })),
    );
  } catch (error) {
    if (error instanceof RangeError) throw new Failure(`${file}: ${error.message}`);
    throw error;
  }
}
