import { z } from 'zod';
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
    read.add(frame, { key, name }, shapeOf(shape));
  }
  return read;
}

function shapeOf(shape: Shape): ReadShape {
  const { shape_type: kind, points, mask } = shape;
  const [[x0, y0], [x1, y1] = [NaN, NaN]] = points as [[number, number], [number, number]?];
  if (kind === 'polygon' && points.length >= 3) return { kind: 'polygon', outline: points.flat(), unit: 'px' };
  if (kind === 'rectangle' && points.length === 2) {
    const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
    const outline = boxOutline(left, top, Math.abs(x1 - x0), Math.abs(y1 - y0));
    return { kind: 'polygon', outline, unit: 'px' };
  }
  if (kind === 'mask' && mask)
    return { kind: 'png', x: Math.round(x0), y: Math.round(y0), png: Buffer.from(mask, 'base64') };
  throw invalid(`a shape is a ${kind} of ${points.length} points; polygons, rectangles and masks are read`);
}
