import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PckScore, type Pck, type Place } from '@propago/evaluation';
import { Failure } from '../failure';
import type { DataSet, DataSetSequence } from './data-set';
import { JHMDB_JOINTS, jhmdbClips, type JhmdbClip } from './jhmdb-layout';
import type { TrackedRun } from './live-run';

/** Pixels of each side, as the field propagates and scores JHMDB. */
const SIDE = 320;
const ALPHAS = [0.1, 0.2];
const PERSON = 1;

type JhmdbSequence = DataSetSequence & Pick<JhmdbClip, 'joints'>;

export interface JhmdbResult {
  name: string;
  /** Scored frames: all with joints but the first, which the run is told. */
  frames: number;
  pck: Pck[];
}

/**
 * PCK of the 15 joints of JHMDB over all frames of all clips but the first of each, at 320x320. A joint outside the picture
 * is not visible.
 *
 * @param wanted names `ACTION/CLIP`; absent: those that the first split tests with
 * @throws Failure as `jhmdbClips`
 */
export function jhmdb(root: string, wanted?: readonly string[]): DataSet<JhmdbSequence, JhmdbResult> {
  const all = new PckScore(JHMDB_JOINTS.length, ALPHAS);
  return {
    sequences: jhmdbClips(root, wanted).map(sequenceOf),
    preset: 'jhmdb',
    score: async (sequence, run) => {
      const own = new PckScore(JHMDB_JOINTS.length, ALPHAS);
      const tracked = await run.keypoints();
      for (const score of [own, all]) addFrames(score, sequence, tracked);
      return { name: sequence.name, frames: sequence.joints.length - 1, pck: own.result() };
    },
    line: ({ name, pck, frames }) => `${name}: ${describe(pck)}, ${frames} frames`,
    table: (results) =>
      [...results.map(({ name, pck }) => `${name}: ${describe(pck)}`), `all: ${describe(all.result())}`].join('\n'),
    mean: () => all.result(),
  };
}

const describe = (pck: readonly Pck[]): string =>
  pck.map(({ alpha, mean }) => `PCK@${alpha} ${(100 * mean).toFixed(1)}`).join(', ');

function sequenceOf({ name, video, joints }: JhmdbClip): JhmdbSequence {
  const labels = (folder: string) => {
    const keypoints = join(folder, 'points.json');
    const points = JHMDB_JOINTS.map((joint, i) => ({ name: joint, ...joints[0]![i]! }));
    const file = {
      objects: [{ id: PERSON, name: 'person', points: JHMDB_JOINTS }],
      frames: [{ frame: 0, objects: [{ id: PERSON, points }] }],
    };
    writeFileSync(keypoints, JSON.stringify(file));
    return { keypoints };
  };
  return { name, video, frames: joints.length, joints, labels };
}

/** Adds every frame but the first. @throws Failure when the run has fewer frames */
export function addFrames(
  score: PckScore,
  { name, joints }: Pick<JhmdbClip, 'name' | 'joints'>,
  { width, height, frames }: TrackedRun,
): void {
  if (frames.length < joints.length) {
    throw new Failure(`clip ${name}: ${joints.length} frames with joints but ${frames.length} in the run`);
  }
  const scaled = (x: number, y: number): Place => ({ x: (x * SIDE) / width, y: (y * SIDE) / height });
  for (let frame = 1; frame < joints.length; frame++) {
    const truth = joints[frame]!.map(({ x, y }) =>
      x >= 0 && y >= 0 && x <= width && y <= height ? scaled(x, y) : null,
    );
    const points = frames[frame]!.keypoints.find(({ id }) => id === PERSON)?.points ?? [];
    const found = JHMDB_JOINTS.map((joint) => {
      const point = points.find((each) => each.name === joint);
      return point && point.x !== null && point.y !== null ? scaled(point.x, point.y) : null;
    });
    score.add(truth, found);
  }
}
