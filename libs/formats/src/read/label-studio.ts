import { z } from 'zod';
import { boxOutline, invalid, ReadAnnotations } from './annotations';

const region = z.object({
  id: z.string().optional(),
  type: z.string(),
  value: z.unknown(),
});
const rectangles = z.object({
  labels: z.array(z.string()).optional(),
  sequence: z.array(
    z.object({
      frame: z.int().min(1),
      x: z.number(),
      y: z.number(),
      width: z.number(),
      height: z.number(),
    }),
  ),
});
const result = z.object({ result: z.array(region) });

export const labelStudioFile = z
  .array(z.object({ annotations: z.array(result).optional(), predictions: z.array(result).optional() }))
  .min(1);

/**
 * Label Studio: the key frames of VideoRectangle, of what people drew where they did, else of predictions. An object is
 * its box, whole. A key frame that is not enabled is the last that shows it, so it counts as the others do.
 */
export function readLabelStudio([task]: z.output<typeof labelStudioFile>): ReadAnnotations {
  const read = new ReadAnnotations(null);
  const drawn = task!.annotations?.length ? task!.annotations : (task!.predictions ?? []);
  for (const { type, id, value } of drawn[0]?.result ?? []) {
    if (type !== 'videorectangle') continue;
    const { success, data, error } = rectangles.safeParse(value);
    if (!success) throw invalid(`a videorectangle has a wrong ${error.issues[0]!.path.join('.')}`);
    const { labels, sequence } = data;
    const name = labels?.[0] ?? 'object';
    for (const { frame, x, y, width, height } of sequence) {
      const outline = boxOutline(x, y, width, height);
      read.add(frame - 1, { key: `track ${id ?? name}`, name }, { kind: 'polygon', outline, unit: 'percent' });
    }
  }
  return read;
}
