import { z } from 'zod';
import { CodedError, runName, type AnswerOf } from '@propago/contracts';
import { completePalette } from '@propago/labels';
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

/** An object that is added to a run. */
export const newObject = z.strictObject({
  id: objectId.optional().describe('The value of its pixels; absent: the smallest that is free'),
  ...described,
});
export type NewObject = z.output<typeof newObject>;

/** What changes about an object. */
export const objectChange = z.strictObject(described);
export type ObjectChange = z.output<typeof objectChange>;

/** Objects that come with a run. */
export const objectList = z
  .array(z.strictObject({ id: objectId.describe('The value of its pixels'), ...described }))
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
export function viewOfObject(
  object: { id: number; name: string | null; isTracedBack: boolean },
  palette: Uint8Array | null,
): AnswerOf<'RunObject'> {
  const at = 3 * object.id;
  const colour = `#${Buffer.from(completePalette(palette).subarray(at, at + 3)).toString('hex')}`;
  return { id: object.id, name: object.name, colour, isTracedBack: object.isTracedBack };
}

/** @throws CodedError MASK_TOO_MANY_CLASSES */
export function assertObjectCount(count: number, most: number): void {
  if (count <= most) return;
  throw new CodedError('MASK_TOO_MANY_CLASSES', `A run has at most ${most} objects, not ${count}.`);
}
