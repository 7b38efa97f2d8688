import { KEYPOINT_TABLE_HEAD, keypointLines } from '@propago/keypoint-files';
import { type FormatWriter, NOTHING_LOST } from '../format';
import { TextFile } from '../text-file';

/** A line for each point on each frame; the same as `keypoints.csv` of a run. */
export const writeKeypointsCsv: FormatWriter<'keypoints-csv'> = async ({ run, frames }, { file }) => {
  const names = new Map(run.keypointObjects.map(({ id, name }) => [id, name]));
  await TextFile.write(file, async (text) => {
    await text.add(KEYPOINT_TABLE_HEAD);
    for await (const { index, keypoints } of frames()) await text.add(keypointLines(index, keypoints, names));
  });
  return NOTHING_LOST;
};
