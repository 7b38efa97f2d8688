import { cropRle, rleBounds } from '@propago/labels';
import { Categories } from '../categories';
import { CocoFile } from '../coco-file';
import { type ExportedMask, type FormatWriter, NOTHING_LOST } from '../format';
import { jaccardOfPolygons, LossMeter } from '../loss-meter';
import { traceOutlines } from '../outlines';
import { simplify } from '../simplify';

/** COCO instances. */
export const writeCoco: FormatWriter<'coco'> = async ({ run, frames }, { file, scratch }, options) => {
  const categories = new Categories(run.objects);
  const loss = new LossMeter();
  const isPolygon = options.segmentation === 'polygon';
  const coco = new CocoFile(run, scratch);

  const polygonsOf = (mask: ExportedMask, frame: number): number[][] => {
    const crop = cropRle(mask.rle);
    const { parts, holes } = traceOutlines(crop);
    const polygons = parts.map(({ points }) => simplify(points, options.tolerance));
    const counted = { frame, object: mask.id, holes: holes.length, parts: parts.length };
    loss.add(jaccardOfPolygons(crop, polygons), counted);
    return polygons;
  };

  for await (const frame of frames()) {
    await coco.addImage(frame);
    for (const mask of frame.objects) {
      if (mask.area === 0) continue;
      await coco.addAnnotation(frame, mask.id, {
        category_id: categories.of(mask.id).id,
        segmentation: isPolygon ? polygonsOf(mask, frame.index) : mask.rle,
        area: mask.area,
        bbox: rleBounds(mask.rle),
        score: mask.confidence,
      });
    }
  }
  await coco.write(file, categories.all);
  return isPolygon ? { loss: loss.result() } : NOTHING_LOST;
};
