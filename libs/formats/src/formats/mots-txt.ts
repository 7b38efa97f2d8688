import { NOTHING_LOST, type FormatWriter } from '../format';
import { MotsIds } from '../mots-ids';
import { TextFile } from '../text-file';

/** `frame id class height width rle`, a line for each object on each frame. */
export const writeMotsTxt: FormatWriter<'mots-txt'> = async ({ run, frames }, { file }, { firstFrame, classId }) => {
  const { width, height } = run;
  const ids = new MotsIds(run.objects, classId);
  await TextFile.write(file, async (text) => {
    for await (const { index, objects } of frames()) {
      for (const { id: object, area, rle } of objects) {
        if (area === 0) continue;
        const mots = ids.of(object);
        await text.add(`${index + firstFrame} ${mots.id} ${mots.classId} ${height} ${width} ${rle.counts}\n`);
      }
    }
  });
  return NOTHING_LOST;
};
