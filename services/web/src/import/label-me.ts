import { LabelMap, type Point } from '../paint/label-map';
import { assertSize, numbersOfNames, unusable, type Imported, type Size } from './imported';

interface Shape {
  label: string;
  group_id?: number | null;
  points: Point[];
  shape_type?: string;
}

interface LabelMeFile {
  shapes: Shape[];
  imageWidth?: number;
  imageHeight?: number;
}

const CIRCLE_CORNERS = 72;

export const isLabelMe = (content: object): content is LabelMeFile =>
  'shapes' in content && Array.isArray(content.shapes);

/** Polygons, rectangles and circles of LabelMe, the later over the earlier. @throws Problem */
export function readLabelMe({ shapes, imageWidth, imageHeight }: LabelMeFile, size: Size): Imported {
  if (imageWidth && imageHeight) assertSize({ width: imageWidth, height: imageHeight }, size);
  if (shapes.length === 0) throw unusable('It has no shapes.');
  const map = new LabelMap(size.width, size.height);
  const objects = numbersOfNames();
  for (const shape of shapes) {
    const name = typeof shape.group_id === 'number' ? `${shape.label} ${shape.group_id}` : shape.label;
    map.polygon(outlineOf(shape), objects.of(name));
  }
  return { ids: map.ids, names: objects.names };
}

function outlineOf({ shape_type: type = 'polygon', points, label }: Shape): readonly Point[] {
  const [a, b] = points;
  if (type === 'polygon' && points.length >= 3) return points;
  if (type === 'rectangle' && a && b) return [a, [b[0], a[1]], b, [a[0], b[1]]];
  if (type === 'circle' && a && b) {
    const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return Array.from({ length: CIRCLE_CORNERS }, (_, i) => {
      const angle = (2 * Math.PI * i) / CIRCLE_CORNERS;
      return [a[0] + radius * Math.cos(angle), a[1] + radius * Math.sin(angle)] as const;
    });
  }
  throw unusable(`“${label}” is a ${type} of ${points.length} points; expected polygons, rectangles or circles.`);
}
