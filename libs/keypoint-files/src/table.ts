import type { TrackedKeypoints } from '@propago/contracts';
import { cell } from './csv';

/** First line of a table of key points. */
export const KEYPOINT_TABLE_HEAD = 'frame,object,name,point,x,y,confidence,state\n';

/**
 * The lines of one frame, one for each point. Pixels of the video: the centre of the first one is 0.5; a point without a
 * place has empty cells.
 *
 * @param names of the objects, by id
 */
export function keypointLines(
  frame: number,
  keypoints: readonly TrackedKeypoints[],
  names: ReadonlyMap<number, string | null>,
): string {
  return keypoints
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
