import { z } from 'zod';
import { VISIBILITIES, type KeypointShape } from '@propago/contracts';

/** What is said of one point before it is held against its object. Pixels; the centre of the first one is 0.5, 0.5. */
export interface GivenPoint {
  name: string;
  x?: number;
  y?: number;
  visibility?: (typeof VISIBILITIES)[number];
}

/** An object that a file describes. */
export interface FileObject extends KeypointShape {
  /** Undefined: the file does not number its objects. */
  id: number | undefined;
  name: string | undefined;
}

/** What a file says about the objects on one frame; an object is a place in the file's list of them. */
export interface FileFrame {
  frame: number;
  objects: { object: number; points: GivenPoint[] }[];
}

/** Key points of a video, in whatever format they came. */
export interface KeypointFile {
  objects: FileObject[];
  /** By frame, ascending, each once. */
  frames: FileFrame[];
}

const MOST_POINTS = 4096;
export const pointName = z.string().trim().min(1).max(60);
const objectId = z.int().min(1).max(254);

/** One point in a request. */
export const givenPoint = z
  .strictObject({
    name: pointName,
    x: z.number().optional().describe('Pixels from the left edge: the centre of the first pixel is 0.5'),
    y: z.number().optional().describe('Pixels from the upper edge'),
    visibility: z
      .enum(VISIBILITIES)
      .optional()
      .describe('visible where absent from the request; hidden: it is there and not seen; absent: it is not there'),
  })
  .describe('A point of an object');

/** What is said about one object of a frame: where points of it are, or that it is not there. */
export const givenObject = z.union([
  z
    .strictObject({ id: objectId, points: z.array(givenPoint).min(1).max(MOST_POINTS) })
    .describe('Where points of the object are; one that is left out is absent'),
  z.strictObject({ id: objectId, absent: z.literal(true) }).describe('It is not on the frame'),
]);

/** The names of an object's points, and the pairs that are joined by a line. */
export const pointNames = z.array(pointName).max(MOST_POINTS);
export const skeletonPairs = z.array(z.array(pointName).length(2)).max(MOST_POINTS);

/** The platform's own format, as JSON. */
export const ownFile = z.strictObject({
  objects: z
    .array(
      z.strictObject({
        id: objectId,
        name: z.string().trim().min(1).max(200).optional(),
        points: pointNames,
        skeleton: skeletonPairs.optional(),
      }),
    )
    .max(254),
  frames: z.array(z.strictObject({ frame: z.int().min(0).max(9_999_999), objects: z.array(givenObject).min(1) })),
});
