import { z } from 'zod';
import { CodedError } from '@propago/contracts';
import { decodeRle, readLabels, type MaskLimits } from '@propago/labels';
import { parseBody } from '../http/parse-body';

const objectId = z.int().min(1).max(254);
const MOST_OBJECTS = 254;

const rle = z
  .strictObject({ size: z.array(z.int().min(1)).length(2), counts: z.string().max(2 ** 24) })
  .describe('COCO run lengths; size is height, width');

const said = z.union([
  z.strictObject({ id: objectId, rle }).describe('Where the object is'),
  z.strictObject({ id: objectId, absent: z.literal(true) }).describe('It is not on the frame'),
]);

/** What a prompt says, as JSON. */
export const promptBody = z.strictObject({ objects: z.array(said).min(1).max(MOST_OBJECTS) });

/** Which objects of the run are said not to be on the frame, beside a mask. */
const absentIds = z.array(z.coerce.number().pipe(objectId)).max(MOST_OBJECTS);

interface Size {
  width: number;
  height: number;
}

/** A prompt as it was sent: the size of its picture, object ids, and the objects that it speaks of. */
export interface ReadPrompt extends Size {
  /** height x width, row-major object ids. */
  labels: Uint8Array;
  /** Ascending. */
  objects: number[];
}

/**
 * Reads the body of a prompt: a mask PNG, or JSON with an RLE for each object.
 *
 * @param frames the size of the video's frames, of a prompt that draws nothing
 * @param absent comma-separated ids of objects that are not on the frame, beside a PNG
 * @throws CodedError MASK_… of what is wrong with the picture, REQUEST_INVALID
 */
export function readPrompt(
  body: unknown,
  { frames, absent, limits }: { frames: Size; absent: string | undefined; limits: MaskLimits },
): ReadPrompt {
  return Buffer.isBuffer(body) ? fromMask(body, absent, limits) : fromJson(parseBody(promptBody, body), frames);
}

function fromMask(png: Buffer, absent: string | undefined, limits: MaskLimits): ReadPrompt {
  const { width, height, labels, classIds } = readLabels(png, limits);
  const missing = absent === undefined ? [] : parseBody(absentIds, absent.split(','));
  const both = missing.find((id) => classIds.includes(id));
  if (both !== undefined) {
    throw new CodedError('REQUEST_INVALID', `The object ${both} has pixels in the mask and is said to be absent.`);
  }
  const objects = [...new Set([...classIds, ...missing])].sort((a, b) => a - b);
  if (objects.length === 0) {
    throw new CodedError(
      'MASK_EMPTY',
      'The mask has no foreground; say by ?absent=1,2 which objects are not on the frame.',
    );
  }
  return { width, height, labels, objects };
}

function fromJson({ objects }: z.output<typeof promptBody>, { width, height }: Size): ReadPrompt {
  const drawn = objects.flatMap((object) => ('rle' in object ? [object] : []));
  const ids = objects.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new CodedError('REQUEST_INVALID', `The object ${twice} is there twice.`);
  const labels = new Uint8Array(width * height);
  for (const { id, rle: lengths } of drawn) {
    const [rows, columns] = lengths.size;
    if (rows !== height || columns !== width) {
      throw new CodedError(
        'MASK_SIZE_MISMATCH',
        `The size of object ${id} is [${rows}, ${columns}], and the frames are [${height}, ${width}], height first.`,
      );
    }
    const inside = decodeRle({ size: [height, width], counts: lengths.counts });
    for (let i = 0; i < labels.length; i++) if (inside[i]) labels[i] = id;
  }
  return { width, height, labels, objects: ids.sort((a, b) => a - b) };
}
