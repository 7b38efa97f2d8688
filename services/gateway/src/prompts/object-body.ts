import { z } from 'zod';
import { CodedError, runName, type AnswerOf } from '@propago/contracts';
import { assertShapes, pointNames, skeletonPairs } from '@propago/keypoint-files';
import { completePalette } from '@propago/labels';
import type { RunObject } from '@propago/database';
import type { ObjectKind } from '@propago/passes';
import { MOST_OBJECTS, objectId } from './prompt-body';

const described = {
  name: runName.nullable().optional().describe('What you call it; null takes the name away'),
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'Expected a colour like #e01b24')
    .optional()
    .describe('Of its pixels in masks and overlay, as #rrggbb'),
  isTracedBack: z.boolean().optional().describe('Also label frames before its first prompt; false: it appears there'),
};

const shape = {
  points: pointNames
    .optional()
    .describe('Names of its key points; an object with some is labelled with them, one without with masks'),
  skeleton: skeletonPairs.optional().describe('Pairs of key points that are joined by a line'),
};

/** An object that is added to a run. */
export const newObject = z.strictObject({
  id: objectId.optional().describe('Of a mask the value of its pixels; absent: the smallest that is free'),
  ...described,
  ...shape,
});
export type NewObject = z.output<typeof newObject>;

/** What changes about an object. */
export const objectChange = z.strictObject(described);
export type ObjectChange = z.output<typeof objectChange>;

/** Objects that come with a run. */
export const objectList = z
  .array(z.strictObject({ id: objectId.describe('Of a mask the value of its pixels'), ...described, ...shape }))
  .max(MOST_OBJECTS)
  .refine((all) => new Set(all.map((object) => object.id)).size === all.length, 'Expected each object once')
  .describe(
    'What there is to say about objects besides where they are. Those of the prompts are there by themselves: the objects ' +
      'of the first prompt are traced back to the first frame, others appear at their first prompt',
  );
export type DescribedObject = z.output<typeof objectList>[number];

/**
 * The colours of a run's masks with those that some objects are given.
 * @param palette red, green, blue by id
 */
export function withColours(
  palette: Uint8Array | null,
  objects: readonly { id: number; colour?: string | undefined }[],
): Uint8Array {
  const colours = completePalette(palette);
  for (const { id: at, colour } of objects) {
    if (colour !== undefined) colours.set(Buffer.from(colour.slice(1), 'hex'), 3 * at);
  }
  return colours;
}

/** An object as the API shows it. */
export function viewOfObject(object: RunObject, palette: Uint8Array | null): AnswerOf<'RunObject'> {
  const at = 3 * object.id;
  const colour = `#${Buffer.from(completePalette(palette).subarray(at, at + 3)).toString('hex')}`;
  const { id, name, isTracedBack } = object;
  const { kind, ...rest } = shapeOf(object);
  return { id, name, kind, ...(kind === 'keypoints' ? rest : {}), colour, isTracedBack };
}

/** What an object is labelled with, as its row has it. */
export function shapeOf({ kind, points, skeleton }: Pick<RunObject, 'kind' | 'points' | 'skeleton'>) {
  return { kind: kind as ObjectKind, points, skeleton: skeleton as [string, string][] };
}

/** The kind, points and skeleton of an object as a request describes it. */
export function describedShape({ points = [], skeleton = [] }: { points?: string[]; skeleton?: string[][] }) {
  const kind: ObjectKind = points.length > 0 || skeleton.length > 0 ? 'keypoints' : 'mask';
  return { kind, points, skeleton: skeleton as [string, string][] };
}

/** @throws CodedError KEYPOINT… of objects that have key points */
export function assertPoints(objects: readonly ReturnType<typeof shapeOf>[], most: number): void {
  assertShapes(
    objects.filter(({ kind }) => kind === 'keypoints'),
    most,
  );
}

/** @throws CodedError MASK_TOO_MANY_CLASSES */
export function assertObjectCount(count: number, most: number): void {
  if (count <= most) return;
  throw new CodedError('MASK_TOO_MANY_CLASSES', `A run has at most ${most} objects, not ${count}.`);
}
