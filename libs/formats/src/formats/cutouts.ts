import sharp from 'sharp';
import { type ExportedPicture, NOTHING_LOST, type FormatWriter } from '../format';
import { stemOf } from '../frame-names';
import { labelMapOf } from '../label-map';
import { ZipFile } from '../zip-file';

/** RGBA pictures of the frames' size: what the masks show is opaque, everything else transparent and black. */
export const writeCutouts: FormatWriter<'cutouts'> = async ({ run, withPictures }, { file }, { each }) => {
  const { width, height, label } = run;
  const write = (pictures: AsyncIterable<ExportedPicture>) =>
    ZipFile.write(file, async (zip) => {
      for await (const { frame, rgb } of pictures) {
        const labels = labelMapOf(run, frame);
        const shown = each ? frame.objects.filter(({ area }) => area > 0).map(({ id }) => id) : [null];
        for (const id of shown) {
          const folder = id === null ? label : `${label}/${id}`;
          const rgba = cutOut(rgb, labels, (value) => (id === null ? value !== 0 : value === id));
          // Filters cost more time than the bytes that they save here.
          const png = await sharp(rgba, { raw: { width, height, channels: 4 } })
            .png({ compressionLevel: 6 })
            .toBuffer();
          await zip.add(`${folder}/${stemOf(frame)}.png`, png);
        }
      }
    });
  await withPictures(write);
  return NOTHING_LOST;
};

function cutOut(rgb: Buffer, labels: Uint8Array, isShown: (label: number) => boolean): Buffer {
  const rgba = Buffer.alloc(labels.length * 4);
  for (let i = 0; i < labels.length; i++) {
    if (!isShown(labels[i]!)) continue;
    rgb.copy(rgba, 4 * i, 3 * i, 3 * i + 3);
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}
