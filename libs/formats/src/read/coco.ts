import { z } from 'zod';
import { type Rle, rleOfRuns } from '@propago/labels';
import { frameOfName, invalid, ReadAnnotations, type ReadShape } from './annotations';

const id = z.union([z.int(), z.string()]);
const track = z.object({ track_id: id.optional() });

export const cocoFile = z.object({
  images: z.array(
    z.object({ id, width: z.int(), height: z.int(), file_name: z.string(), frame_index: z.int().min(0).optional() }),
  ),
  annotations: z.array(
    track.extend({
      image_id: id,
      category_id: id,
      segmentation: z.union([
        z.array(z.array(z.number()).min(6)),
        z.object({ size: z.tuple([z.int(), z.int()]), counts: z.union([z.string(), z.array(z.int().min(0))]) }),
      ]),
      attributes: track.optional(),
    }),
  ),
  categories: z.array(z.object({ id, name: z.string() })),
});

/** COCO instances: polygons, run lengths as text or numbers. Without track ids all of a category are one object. */
export function readCoco({ images, annotations, categories }: z.output<typeof cocoFile>): ReadAnnotations {
  const [first] = images;
  const read = new ReadAnnotations(first ? { width: first.width, height: first.height } : null);
  const frames = new Map(images.map((image) => [image.id, image.frame_index ?? frameOfName(image.file_name)]));
  const names = new Map(categories.map(({ id: category, name }) => [category, name]));
  for (const { image_id: image, category_id: category, segmentation, track_id: own, attributes } of annotations) {
    const frame = frames.get(image);
    const name = names.get(category);
    if (frame === undefined || name === undefined)
      throw invalid(`an annotation refers to image ${image}, category ${category}`);
    const identity = own ?? attributes?.track_id;
    const key = identity === undefined ? `class ${name}` : `track ${identity}`;
    for (const shape of shapesOf(segmentation)) read.add(frame, { key, name }, shape);
  }
  return read;
}

function shapesOf(segmentation: z.output<typeof cocoFile>['annotations'][number]['segmentation']): ReadShape[] {
  if (Array.isArray(segmentation)) {
    return segmentation.map((outline) => ({ kind: 'polygon', outline, unit: 'px' }));
  }
  const { size, counts } = segmentation;
  const rle: Rle = typeof counts === 'string' ? { size, counts } : rleOfRuns(size, counts);
  return [{ kind: 'rle', rle }];
}
