import { z } from 'zod';
import { CodedError } from '@propago/contracts';
import type { FileFrame, FileObject, GivenPoint, KeypointFile } from './keypoint-file';

/** COCO counts from the centre of the first pixel. */
const CENTRE = 0.5;

const cocoFile = z.looseObject({
  images: z.array(
    z.looseObject({ id: z.int(), file_name: z.string().optional(), frame_id: z.int().min(0).optional() }),
  ),
  annotations: z.array(
    z.looseObject({
      image_id: z.int(),
      category_id: z.int(),
      keypoints: z.array(z.number()).optional(),
      track_id: z.int().optional(),
      attributes: z.looseObject({ track_id: z.int().optional() }).optional(),
    }),
  ),
  categories: z.array(
    z.looseObject({
      id: z.int(),
      name: z.string().optional(),
      keypoints: z.array(z.string()).optional(),
      skeleton: z.array(z.array(z.int()).length(2)).optional(),
    }),
  ),
});

type Coco = z.output<typeof cocoFile>;

/** Whether a value is a file of COCO. */
export function isCoco(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'annotations' in value && 'categories' in value;
}

/**
 * Reads key points of COCO. The frame of an image is its `frame_id`, or the number at the end of its file name. Annotations
 * with the same `track_id` are one object; without it there may be one annotation of a category on an image. A point that
 * is not labelled (v 0) is absent, one that is not visible (v 1) hidden.
 *
 * @throws CodedError KEYPOINTS_INVALID
 */
export function readCoco(value: unknown): KeypointFile {
  const parsed = cocoFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue!.path.join('.') || 'the file'}: ${issue!.message}`);
  }
  const { images, annotations, categories } = parsed.data;
  const frameOf = new Map(images.map((image) => [image.id, frameOfImage(image)]));
  const categoryOf = new Map(categories.map((category) => [category.id, category]));
  const objects: FileObject[] = [];
  const places = new Map<string, number>();
  const frames = new Map<number, FileFrame>();
  for (const { image_id, category_id, keypoints, track_id, attributes } of annotations) {
    if (!keypoints) continue;
    const [frame, category] = [frameOf.get(image_id), categoryOf.get(category_id)];
    if (frame === undefined) throw invalid(`an annotation is on image ${image_id}, which is not there`);
    if (!category?.keypoints) throw invalid(`the category ${category_id} has no keypoints`);
    const track = track_id ?? attributes?.track_id;
    const key = `${category_id} ${track}`;
    if (!places.has(key)) {
      places.set(key, objects.length);
      objects.push(objectOf(category, track));
    }
    const object = places.get(key)!;
    const said = frames.get(frame) ?? { frame, objects: [] };
    frames.set(frame, said);
    if (said.objects.some((other) => other.object === object)) {
      throw invalid(
        `frame ${frame} has two of '${category.name ?? category_id}'; a track_id of each would tell them apart`,
      );
    }
    said.objects.push({ object, points: pointsOf(category.keypoints, keypoints, frame) });
  }
  return { objects, frames: [...frames.values()].sort((a, b) => a.frame - b.frame) };
}

function frameOfImage({ id, frame_id, file_name = '' }: Coco['images'][number]): number {
  const [, digits] = /(\d+)(?:\.\w+)?$/.exec(file_name) ?? [];
  const frame = frame_id ?? (digits === undefined ? undefined : Number(digits));
  if (frame === undefined) throw invalid(`image ${id} has neither a frame_id nor a number in its file name`);
  return frame;
}

function objectOf(
  { id, name, keypoints = [], skeleton = [] }: Coco['categories'][number],
  track: number | undefined,
): FileObject {
  const joined = skeleton.map(([from, to]) => {
    const [a, b] = [keypoints[from! - 1], keypoints[to! - 1]];
    if (a === undefined || b === undefined)
      throw invalid(`the skeleton of category ${id} joins ${from} and ${to}, counted from 1`);
    return [a, b] as const;
  });
  const called = [name, track].filter((part) => part !== undefined).join(' ');
  return { id: undefined, name: called || undefined, points: keypoints, skeleton: joined };
}

function pointsOf(names: readonly string[], keypoints: readonly number[], frame: number): GivenPoint[] {
  if (keypoints.length !== 3 * names.length) {
    throw invalid(`an annotation on frame ${frame} has ${keypoints.length} numbers for ${names.length} points`);
  }
  return names.map((name, i) => {
    const [x, y, v] = keypoints.slice(3 * i, 3 * i + 3) as [number, number, number];
    if (v === 0) return { name, visibility: 'absent' };
    return { name, x: x + CENTRE, y: y + CENTRE, visibility: v === 1 ? 'hidden' : 'visible' };
  });
}

const invalid = (why: string): CodedError =>
  new CodedError('KEYPOINTS_INVALID', `The COCO key points cannot be read: ${why}.`);
