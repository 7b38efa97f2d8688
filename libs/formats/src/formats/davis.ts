import { encodeIndexedPng } from '@propago/labels';
import { NOTHING_LOST, type FormatWriter } from '../format';
import { stemOf } from '../frame-names';
import { labelMapOf } from '../label-map';
import { ZipFile } from '../zip-file';

/** `Annotations/480p/SEQUENCE/00000.png`, as DAVIS lies on disk whatever the size of its frames, and the list of sequences. */
export const writeDavis: FormatWriter<'davis'> = async ({ run, frames }, { file }) => {
  const { label, width, height, palette } = run;
  await ZipFile.write(file, async (zip) => {
    await zip.add('ImageSets/2017/val.txt', `${label}\n`);
    for await (const frame of frames()) {
      const png = encodeIndexedPng({ width, height, indices: labelMapOf(run, frame), palette });
      await zip.add(`Annotations/480p/${label}/${stemOf(frame)}.png`, png);
    }
  });
  return NOTHING_LOST;
};
