import { cropRle, rleBounds } from '@propago/labels';
import { Categories } from '../categories';
import { type ExportedMask, type FormatWriter, NOTHING_LOST } from '../format';
import { stemOf } from '../frame-names';
import { jaccardOfPolygons, LossMeter } from '../loss-meter';
import { traceOutlines } from '../outlines';
import { simplify } from '../simplify';
import { Sections } from '../sections';
import { TextFile } from '../text-file';

/**
 * COCO instances. An identity over time has no place in COCO itself: it goes into `track_id`, and into `attributes`, where
 * CVAT and Datumaro look for it.
 */
export const writeCoco: FormatWriter<'coco'> = async ({ run, frames }, { file, scratch }, options) => {
  const { width, height, label } = run;
  const categories = new Categories(run.objects);
  const loss = new LossMeter();
  const isPolygon = options.segmentation === 'polygon';
  const sections = new Sections(scratch);
  let images = 0;
  let annotations = 0;

  const polygonsOf = (mask: ExportedMask, frame: number): number[][] => {
    const crop = cropRle(mask.rle);
    const { parts, holes } = traceOutlines(crop);
    const polygons = parts.map(({ points }) => simplify(points, options.tolerance));
    const counted = { frame, object: mask.id, holes: holes.length, parts: parts.length };
    loss.add(jaccardOfPolygons(crop, polygons), counted);
    return polygons;
  };

  for await (const frame of frames()) {
    const image = {
      id: frame.index + 1,
      width,
      height,
      file_name: `${stemOf(frame)}.jpg`,
      frame_index: frame.index,
      seconds: frame.seconds,
    };
    await sections.add('images', `${images++ > 0 ? ',' : ''}\n${JSON.stringify(image)}`);
    for (const mask of frame.objects) {
      if (mask.area === 0) continue;
      const annotation = {
        id: annotations + 1,
        image_id: image.id,
        category_id: categories.of(mask.id).id,
        segmentation: isPolygon ? polygonsOf(mask, frame.index) : mask.rle,
        area: mask.area,
        bbox: rleBounds(mask.rle),
        iscrowd: 0,
        track_id: mask.id,
        score: mask.confidence,
        attributes: { track_id: mask.id },
      };
      await sections.add('annotations', `${annotations++ > 0 ? ',' : ''}\n${JSON.stringify(annotation)}`);
    }
  }
  await TextFile.write(file, async (text) => {
    await text.add(`{"info":${JSON.stringify({ description: label })},"licenses":[],\n`);
    await text.add(`"categories":${JSON.stringify(categories.all)},\n"images":[`);
    await sections.moveTo(text, 'images');
    await text.add('],\n"annotations":[');
    await sections.moveTo(text, 'annotations');
    await text.add(']}\n');
  });
  return isPolygon ? { loss: loss.result() } : NOTHING_LOST;
};
