import { decodeLengths, decodeRle } from '../labels/rle';
import { LabelMap, type Point } from '../paint/label-map';
import { assertSize, numbersOfNames, unusable, type Imported, type Size } from './imported';

interface Rle {
  size: [height: number, width: number];
  counts: string | number[];
}

interface CocoFile {
  images: { id: number; width?: number; height?: number }[];
  annotations: { image_id: number; category_id: number; segmentation?: number[][] | Rle }[];
  categories?: { id: number; name: string }[];
}

export const isCoco = (content: object): content is CocoFile =>
  'annotations' in content && Array.isArray(content.annotations) && 'images' in content;

/** Each annotation of the first picture is an object, called by its category; polygons and run lengths. @throws Problem */
export function readCoco({ images, annotations, categories = [] }: CocoFile, size: Size): Imported {
  const [image] = images;
  if (!image) throw unusable('It has no images.');
  if (image.width && image.height) assertSize({ width: image.width, height: image.height }, size);
  const ofImage = annotations.filter((one) => one.image_id === image.id && one.segmentation);
  if (ofImage.length === 0) throw unusable('It has no outlines or masks for its first picture.');
  const map = new LabelMap(size.width, size.height);
  const objects = numbersOfNames();
  const seen = new Map<string, number>();
  for (const { category_id: category, segmentation } of ofImage) {
    const name = categories.find(({ id }) => id === category)?.name ?? `category ${category}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const id = objects.of(count === 1 ? name : `${name} ${count}`);
    if (Array.isArray(segmentation)) segmentation.forEach((outline) => map.polygon(pairsOf(outline), id));
    else drawRle(segmentation!, size, { map, id });
  }
  return { ids: map.ids, names: objects.names };
}

const pairsOf = (outline: readonly number[]): Point[] =>
  Array.from({ length: outline.length >> 1 }, (_, i) => [outline[2 * i]!, outline[2 * i + 1]!]);

function drawRle({ size: [h, w], counts }: Rle, size: Size, { map, id }: { map: LabelMap; id: number }): void {
  assertSize({ width: w, height: h }, size);
  const { width, height } = size;
  if (typeof counts === 'string') decodeRle(counts, width, height, id, map.ids);
  else decodeLengths(counts, width, height, id, map.ids);
}
