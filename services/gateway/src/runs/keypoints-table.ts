import type { TrackedKeypoints } from '@propago/contracts';
import { cell } from '@propago/keypoint-files';

const PAGE = 500;
const HEAD = 'frame,object,name,point,x,y,confidence,state\n';

/** Frames of a run as the table needs them. */
interface KeypointRow {
  frame: number;
  keypoints: unknown;
}

/**
 * Key points as CSV, a line for each point on each frame. Pixels of the video: the centre of the first one is 0.5; a point
 * without a place has empty cells.
 *
 * @param names of the objects, by id
 * @param read gives the frames after one, at most so many
 */
export async function* keypointsTable(
  names: ReadonlyMap<number, string | null>,
  read: (after: number, most: number) => Promise<KeypointRow[]>,
): AsyncGenerator<string> {
  yield HEAD;
  for (let after = -1; ;) {
    const page = await read(after, PAGE);
    if (page.length > 0) yield page.map((row) => linesOf(row, names)).join('');
    if (page.length < PAGE) return;
    after = page.at(-1)!.frame;
  }
}

function linesOf({ frame, keypoints }: KeypointRow, names: ReadonlyMap<number, string | null>): string {
  return (keypoints as TrackedKeypoints[])
    .flatMap(({ id, points }) =>
      points.map(({ name, x, y, confidence, state }) => {
        const cells = [frame, id, names.get(id) ?? '', name, rounded(x), rounded(y), rounded(confidence), state];
        return `${cells.map(cell).join(',')}\n`;
      }),
    )
    .join('');
}

function rounded(value: number | null): string {
  return value === null ? '' : String(Math.round(value * 1000) / 1000);
}
