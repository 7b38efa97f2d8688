import { z } from 'zod';
import { decodePng, encodeRle } from '@propago/labels';
import { boxOutline, frameOfName, invalid, ReadAnnotations, type ReadShape } from './annotations';

const point = z.tuple([z.number(), z.number()]);

export const labelmeFile = z.object({
  imagePath: z.string(),
  imageWidth: z.int().min(1),
  imageHeight: z.int().min(1),
  shapes: z.array(
    z.object({
      label: z.string(),
      shape_type: z.string().default('polygon'),
      points: z.array(point).min(1),
      group_id: z.int().nullish(),
      /** PNG as base64, of the box between its two points. */
      mask: z.string().nullish(),
    }),
  ),
});

type Shape = z.output<typeof labelmeFile>['shapes'][number];

/** LabelMe: one picture for each file. Shapes of one label, and of one group where they have groups, are one object. */
export function readLabelme({
  imagePath,
  imageWidth: width,
  imageHeight: height,
  shapes,
}: z.output<typeof labelmeFile>) {
  const read = new ReadAnnotations({ width, height });
  const frame = frameOfName(imagePath);
  for (const shape of shapes) {
    const { label: name, group_id: group } = shape;
    const key = group === null || group === undefined ? `class ${name}` : `group ${group} ${name}`;
    read.add(frame, { key, name }, shapeOf(shape, { width, height }));
  }
  return read;
}

function shapeOf(shape: Shape, size: { width: number; height: number }): ReadShape {
  const { shape_type: kind, points, mask } = shape;
  const [[x0, y0], [x1, y1] = [NaN, NaN]] = points as [[number, number], [number, number]?];
  if (kind === 'polygon' && points.length >= 3) return { kind: 'polygons', polygons: [points.flat()] };
  if (kind === 'rectangle' && points.length === 2) {
    const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
    return { kind: 'polygons', polygons: [boxOutline(left, top, Math.abs(x1 - x0), Math.abs(y1 - y0))] };
  }
  if (kind === 'mask' && mask)
    return placed(Buffer.from(mask, 'base64'), { ...size, x: Math.round(x0), y: Math.round(y0) });
  throw invalid(`a shape is a ${kind} of ${points.length} points; polygons, rectangles and masks are read`);
}

/** A mask of a box, put into the picture. */
function placed(png: Buffer, at: { width: number; height: number; x: number; y: number }): ReadShape {
  const { width, height, x: left, y: top } = at;
  const cut = decodePng(png, { maxSide: 65_535, maxPixels: 2 ** 28 });
  const labels = new Uint8Array(width * height);
  for (let y = 0; y < cut.height; y++) {
    for (let x = 0; x < cut.width; x++) {
      const isInside = left + x >= 0 && left + x < width && top + y >= 0 && top + y < height;
      if (isInside && cut.samples[(y * cut.width + x) * cut.channels]! > 0) labels[(top + y) * width + left + x] = 1;
    }
  }
  return { kind: 'rle', rle: encodeRle(labels, width, height, 1) };
}
