import type { TrackedKeypoints } from '@propago/contracts';
import { KEYPOINT_TABLE_HEAD, keypointLines } from '@propago/keypoint-files';

const PAGE = 500;

/** Frames of a run as the table needs them. */
interface KeypointRow {
  frame: number;
  keypoints: unknown;
}

/**
 * Key points as CSV, a line for each point on each frame.
 *
 * @param names of the objects, by id
 * @param read gives the frames after one, at most so many
 */
export async function* keypointsTable(
  names: ReadonlyMap<number, string | null>,
  read: (after: number, most: number) => Promise<KeypointRow[]>,
): AsyncGenerator<string> {
  yield KEYPOINT_TABLE_HEAD;
  for (let after = -1; ;) {
    const page = await read(after, PAGE);
    const lines = page.map(({ frame, keypoints }) => keypointLines(frame, keypoints as TrackedKeypoints[], names));
    if (page.length > 0) yield lines.join('');
    if (page.length < PAGE) return;
    after = page.at(-1)!.frame;
  }
}
