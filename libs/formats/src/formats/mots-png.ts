import { encodeGrey16Png } from '@propago/labels';
import { type ExportedFrame, type FormatSource, type FormatTarget, type FormatWriter, NOTHING_LOST } from '../format';
import { sixDigits } from '../frame-names';
import { labelMapOf } from '../label-map';
import { MotsIds } from '../mots-ids';
import { ZipFile } from '../zip-file';

/** `instances/000001.png` with 16 bits, class x 1000 + instance, and the names of the classes. */
export const writeMotsPng: FormatWriter<'mots-png'> = (source, target, { firstFrame, classId }) =>
  writeInstances(source, target, {
    ids: new MotsIds(source.run.objects, classId),
    nameOf: ({ index }) => sixDigits(index + firstFrame),
  });

/** The same with the names by which CVAT finds the frames of a video. */
export const writeCvatMots: FormatWriter<'cvat-mots'> = (source, target) =>
  writeInstances(source, target, {
    ids: new MotsIds(source.run.objects),
    nameOf: ({ index }) => `frame_${sixDigits(index)}`,
  });

async function writeInstances(
  { run, frames }: FormatSource,
  { file }: FormatTarget,
  { ids, nameOf }: { ids: MotsIds; nameOf: (frame: ExportedFrame) => string },
) {
  const { width, height, objects } = run;
  const numbers = new Uint16Array(256);
  for (const { id } of objects) numbers[id] = ids.of(id).id;
  await ZipFile.write(file, async (zip) => {
    // A reader's class 1 is the first line.
    await zip.add('instances/labels.txt', `${ids.names().join('\n')}\n`);
    for await (const frame of frames()) {
      const labels = labelMapOf(run, frame);
      const values = new Uint16Array(labels.length);
      for (let i = 0; i < labels.length; i++) values[i] = numbers[labels[i]!]!;
      await zip.add(`instances/${nameOf(frame)}.png`, encodeGrey16Png({ width, height, values }));
    }
  });
  return NOTHING_LOST;
}
