import type { TrackedPoint } from '@propago/contracts';
import { CocoFile } from '../coco-file';
import type { ExportedKeypoints, FormatWriter } from '../format';
import { NOTHING_LOST } from '../format';
import { fromCentre } from '../from-centre';

/** A class of objects: those of one name that have the same points. */
interface PointCategory {
  id: number;
  name: string;
  keypoints: readonly string[];
  /** Pairs of points, counted from 1. */
  skeleton: number[][];
}

/** COCO key points. Points that nobody sees are marked so, absent and lost ones not labelled. */
export const writeCocoKeypoints: FormatWriter<'coco-keypoints'> = async ({ run, frames }, { file, scratch }) => {
  const categories = categoriesOf(run.keypointObjects);
  const coco = new CocoFile(run, scratch);
  for await (const frame of frames()) {
    await coco.addImage(frame);
    for (const { id, points } of frame.keypoints) {
      const labelled = points.filter((point) => visibilityOf(point) > 0);
      if (labelled.length === 0) continue;
      const [xs, ys] = [labelled.map(({ x }) => fromCentre(x!)), labelled.map(({ y }) => fromCentre(y!))];
      const [left, top] = [Math.min(...xs), Math.min(...ys)];
      const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
      await coco.addAnnotation(frame, id, {
        category_id: categories.get(id)!.id,
        keypoints: points.flatMap(tripleOf),
        num_keypoints: labelled.length,
        bbox: [left, top, width, height],
        area: width * height,
        score: labelled.reduce((sum, { confidence }) => sum + confidence, 0) / labelled.length,
      });
    }
  }
  await coco.write(file, [...new Set(categories.values())]);
  return NOTHING_LOST;
};

/** By the ids of the objects. */
function categoriesOf(objects: readonly ExportedKeypoints[]): Map<number, PointCategory> {
  const byShape = new Map<string, PointCategory>();
  const byObject = new Map<number, PointCategory>();
  for (const { id, name: given, points, skeleton } of objects) {
    const name = given ?? `object ${id}`;
    const shape = JSON.stringify([name, points, skeleton]);
    let category = byShape.get(shape);
    if (!category) {
      const pairs = skeleton.map((pair) => pair.map((end) => points.indexOf(end) + 1));
      byShape.set(shape, (category = { id: byShape.size + 1, name, keypoints: points, skeleton: pairs }));
    }
    byObject.set(id, category);
  }
  return byObject;
}

/** As COCO counts: 0 not labelled, 1 hidden, 2 visible. */
function visibilityOf({ x, y, state }: TrackedPoint): number {
  if (x === null || y === null || state === 'absent' || state === 'lost') return 0;
  return state === 'hidden' ? 1 : 2;
}

function tripleOf(point: TrackedPoint): number[] {
  const visibility = visibilityOf(point);
  return visibility === 0 ? [0, 0, 0] : [fromCentre(point.x!), fromCentre(point.y!), visibility];
}
