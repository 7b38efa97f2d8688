import { z } from 'zod';

/** What an object is labelled with. */
export const OBJECT_KINDS = ['mask', 'keypoints'] as const;

/** What a person says of a point: it is seen there; it is there and not seen; it is not on the frame, or nobody knows where. */
export const VISIBILITIES = ['visible', 'hidden', 'absent'] as const;

/** What is known of a point on a frame: as a person said, or visible and lost of one that was propagated. */
export const POINT_STATES = [...VISIBILITIES, 'lost'] as const;

/**
 * A point as a person said it. Pixels of the video as it is shown, from its left and upper edge: the centre of the first
 * pixel is 0.5, 0.5. A point outside the picture is hidden; an absent one has no place.
 */
export interface SaidPoint {
  name: string;
  x: number | null;
  y: number | null;
  visibility: (typeof VISIBILITIES)[number];
}

/** All points of one object as a person said them, in the order of the object's points. */
export interface SaidKeypoints {
  id: number;
  points: SaidPoint[];
}

/** What a key-point object is: its points, and which of them are joined by a line. */
export interface KeypointShape {
  points: readonly string[];
  skeleton: readonly (readonly [string, string])[];
}

const pixels = z.number().nullable();

/** One point of an object on one frame. */
export const trackedPoint = z.strictObject({
  name: z.string(),
  x: pixels.describe('Pixels of the video from its left edge: the centre of the first pixel is 0.5; null: no place'),
  y: pixels.describe('Pixels from the upper edge'),
  confidence: z.number().min(0).max(1).describe('1 where a prompt says it'),
  state: z
    .enum(POINT_STATES)
    .describe('visible; hidden and absent as a prompt says; lost: the confidence is too low, and x and y are a guess'),
});

/** The points of one object on one frame, in the order of the object's points. */
export const trackedKeypoints = z.strictObject({ id: z.int(), points: z.array(trackedPoint) });

export type TrackedPoint = z.output<typeof trackedPoint>;
export type TrackedKeypoints = z.output<typeof trackedKeypoints>;
