import { z } from 'zod';
import { CodedError } from '@propago/contracts';
import type { ReadShape } from '@propago/formats';
import { givenPoint } from '@propago/keypoint-files';
import { readLabels, readMask, type MaskLimits } from '@propago/labels';
import { parseBody } from '../http/parse-body';
import { MOST_PROMPTS } from '../http/upload-limits';
import { isFile, sentFile, type SentFile } from './sent-file';

/** Values of pixels: 0 is the background, 255 is void. */
export const MOST_OBJECTS = 254;
export const objectId = z.int().min(1).max(MOST_OBJECTS);
/** Frames are numbered in five digits; no server takes a video with more than this many. */
const LAST_FRAME = 9_999_999;
/** Points of all outlines of one prompt: filling them takes a step for each row that each edge crosses. */
const MOST_POINTS = 20_000;

const rle = z
  .strictObject({ size: z.array(z.int().min(1)).length(2), counts: z.string().max(2 ** 24) })
  .describe('COCO run lengths; size is height, width');

const polygons = z
  .array(z.array(z.array(z.number()).length(2)).min(3))
  .min(1)
  .describe(
    'Outlines, each a list of points [x, y] in pixels of the video, where the upper left pixel covers 0 to 1; fractions ' +
      'count. What lies inside an odd number of them is the object, so that a second one inside the first is a hole',
  );

const said = z
  .strictObject({
    id: objectId,
    rle: rle.optional(),
    polygons: polygons.optional(),
    points: z
      .array(givenPoint)
      .min(1)
      .max(MOST_POINTS)
      .optional()
      .describe(
        'Of an object that has key points: where they are. One outside the picture is hidden. One that is left out stays ' +
          'as the run has it on this frame; with a new run, or where the run does not know it, it is absent',
      ),
    absent: z.literal(true).optional().describe('It is not on the frame'),
  })
  .refine(({ rle: lengths, polygons: outlines, points, absent }) => {
    return [lengths, outlines, points, absent].filter((form) => form !== undefined).length === 1;
  }, 'Expected one of rle, polygons, points and absent for each object');

/** What is said about one object: where it is, or that it is not there. */
export type SaidObject = z.output<typeof said>;

const objects = z
  .array(said)
  .min(1)
  .max(MOST_OBJECTS)
  .refine((all) => pointsOf(all) <= MOST_POINTS, `Expected at most ${MOST_POINTS} points in all polygons of a prompt`);

function pointsOf(all: SaidObject[]): number {
  const rings = all.flatMap(({ polygons: outlines = [] }) => outlines);
  return rings.reduce((sum, ring) => sum + ring.length, 0);
}

/** What a prompt says, as JSON. */
export const promptBody = z.strictObject({ objects });

/** Prompts that come with a run, as JSON. */
export const promptList = z
  .array(z.strictObject({ frame: z.int().min(0).max(LAST_FRAME), objects }))
  .max(MOST_PROMPTS)
  .describe('What is said about some frames, the first of which need not be the first one of the video');

/** Which frames of a file are taken. */
export const frameList = z.array(z.coerce.number().pipe(z.int().min(0).max(LAST_FRAME))).max(MOST_PROMPTS);

/** Which objects of the run are said not to be on the frame, beside a mask. */
const absentIds = z.array(z.coerce.number().pipe(objectId)).max(MOST_OBJECTS);

/** A mask that was sent, and what it shows. It is kept as it came: label maps of many prompts would fill the memory. */
interface SaidByMask {
  png: Buffer;
  classIds: number[];
}

/** What was drawn of an object in another program. */
export interface SaidByShapes {
  id: number;
  shapes: ReadShape[];
  /** Of the pictures that it was drawn on, where the program says so. */
  size: { width: number; height: number } | null;
}

/** A prompt as it was sent, held against everything but the video. */
export interface SentPrompt {
  frame: number;
  said: (SaidByMask | SaidByShapes | SaidObject)[];
}

/**
 * The body of PUT …/prompts/{frame}: a mask PNG, JSON that says something of each object, or a file of another program,
 * whose objects are found by their names.
 *
 * @param absent comma-separated ids of objects that are not on the frame, beside a PNG
 * @throws CodedError MASK_… of what is wrong with the picture, KEYPOINTS_…, ANNOTATIONS_INVALID, REQUEST_INVALID
 */
export function sentPrompt(
  frame: number,
  body: unknown,
  { absent, limits }: { absent: string | undefined; limits: MaskLimits },
): SentPrompt | SentFile {
  if (isFile(body)) return sentFile(body);
  if (!Buffer.isBuffer(body)) return checked({ frame, said: parseBody(promptBody, body).objects });
  const missing = absent === undefined ? [] : parseBody(absentIds, absent.split(','));
  const { classIds } = readLabels(body, limits);
  return checked({ frame, said: [{ png: body, classIds }, ...missing.map((id) => ({ id, absent: true }) as const)] });
}

/** What a mask says that came with a run. @throws CodedError MASK_… of what is wrong with it */
export function sentMask(png: Buffer, limits: MaskLimits): SaidByMask {
  return { png, classIds: readMask(png, limits).classIds };
}

/** Ids of the objects that a prompt speaks of, ascending. */
export function objectsOf({ said: all }: SentPrompt): number[] {
  return all.flatMap((one) => ('png' in one ? one.classIds : [one.id])).sort((a, b) => a - b);
}

/** @throws CodedError REQUEST_INVALID, MASK_EMPTY */
export function checked(prompt: SentPrompt): SentPrompt {
  const ids = objectsOf(prompt);
  const twice = ids.find((id, i) => id === ids[i + 1]);
  if (twice !== undefined) {
    throw new CodedError('REQUEST_INVALID', `Two things are said about object ${twice} on frame ${prompt.frame}.`);
  }
  if (ids.length === 0) {
    throw new CodedError(
      'MASK_EMPTY',
      'The mask has no foreground; say by ?absent=1,2 which objects are not on the frame.',
    );
  }
  return prompt;
}
