import type { Readable } from 'node:stream';
import { z } from 'zod';
import { assertStorable, CodedError, FieldErrors } from '@propago/contracts';
import { readAnnotations } from '@propago/formats';
import type { MaskLimits } from '@propago/labels';
import { readKeypointFile, type KeypointFile } from '@propago/keypoint-files';
import { collect, withoutFileName } from '../http/form-parts';
import type { FormPart } from '../http/incoming-form';
import { parseBody } from '../http/parse-body';
import { MAX_MASK_BYTES, MAX_PROMPTS_BYTES, MOST_PROMPTS } from '../http/upload-limits';
import { labelsOf, objectsFor, promptsOf, type FileLabels } from '../prompts/file-labels';
import { labelsOfFile } from '../prompts/keypoint-file-labels';
import { objectList, type DescribedObject } from '../prompts/object-body';
import { checked, MOST_OBJECTS, objectsOf, promptList, sentMask, type SentPrompt } from '../prompts/prompt-body';
import { FITS, type Fit } from './mask-size';

/** What a request for a run says about its objects, held against everything but the video. */
export interface SentLabels {
  /** By frame; at least one. */
  prompts: SentPrompt[];
  objects: DescribedObject[];
  fit: Fit;
}

const MASK = /^mask(?:@(\d{1,7}))?$/;

/** What a request says about labels as JSON: parts of a form, or of a JSON body. */
export const labelFields = {
  prompts: promptList.optional(),
  objects: objectList.optional(),
  fit: z
    .enum(FITS)
    .optional()
    .describe('nearest: masks of another size, but of the shape of the frame, are scaled to it'),
};
const fieldsOfLabels = z.object(labelFields);

/** Collects what a request says about labels, part by part; what is wrong with one is said when it has arrived. */
export class LabelParts {
  private readonly said = new Map<number, SentPrompt['said']>();
  private readonly prompts: z.output<typeof promptList> = [];
  private readonly objects: DescribedObject[] = [];
  private keypoints: KeypointFile | undefined;
  private annotations: FileLabels | undefined;
  private fit: Fit | undefined;
  private maskBytes = 0;

  constructor(private readonly limits: MaskLimits) {}

  /**
   * Reads a part, if it is one about labels.
   * @throws CodedError MASK_…, KEYPOINTS_…, ANNOTATIONS_INVALID, REQUEST_INVALID, TEXT_INVALID, UPLOAD_TOO_LARGE
   */
  async take(part: FormPart): Promise<boolean> {
    const mask = MASK.exec(part.fieldname);
    if (mask) {
      if (part.type === 'field') throw withoutFileName(part.fieldname);
      await this.takeMask(Number(mask[1] ?? 0), part.fieldname, part.file);
      return true;
    }
    const name = part.fieldname;
    if (!(name in labelFields) && name !== 'keypoints' && name !== 'annotations') return false;
    if (part.type === 'field' && part.valueTruncated) {
      throw new CodedError('UPLOAD_TOO_LARGE', `Send ${name} as a file, with a file name: the field is too long.`);
    }
    const text = part.type === 'field' ? part.value : (await collect(part.file, MAX_PROMPTS_BYTES)).toString();
    if (name === 'keypoints') {
      if (this.keypoints) throw new CodedError('REQUEST_INVALID', 'The field keypoints was sent twice.');
      this.keypoints = readKeypointFile(Buffer.from(text));
    } else if (name === 'annotations') {
      if (this.annotations) throw new CodedError('REQUEST_INVALID', 'The field annotations was sent twice.');
      this.annotations = labelsOf({ annotations: readAnnotations(text) });
    } else if (name === 'fit') {
      if (this.fit) throw new CodedError('REQUEST_INVALID', 'The field fit was sent twice.');
      this.takeJson({ fit: text });
    } else {
      // Clients send a list as one part, or as a part for each of its items.
      const value = parseJson(name, text);
      assertStorable(value, name);
      this.takeJson({ [name]: Array.isArray(value) ? value : [value] });
    }
    return true;
  }

  /** What is said as JSON. @throws CodedError REQUEST_INVALID */
  takeJson(fields: unknown): void {
    const { prompts = [], objects = [], fit } = parseBody(fieldsOfLabels, fields);
    this.prompts.push(...prompts);
    this.objects.push(...objects);
    this.fit ??= fit;
    this.assertFewer(this.prompts.length, MOST_PROMPTS, 'prompts');
    this.assertFewer(this.objects.length, MOST_OBJECTS, 'objects');
  }

  /** Everything that was said. @throws CodedError MASK_MISSING, KEYPOINTS_TOO_MANY, ANNOTATIONS_INVALID, OBJECT_KIND_MISMATCH, REQUEST_INVALID */
  all(): SentLabels {
    const idsOf = (all: typeof this.said) =>
      new Set([...all].flatMap(([frame, one]) => objectsOf({ frame, said: one })));
    const masks = idsOf(this.said);
    const said = new Map(this.said);
    const add = (frame: number, more: SentPrompt['said']) => said.set(frame, [...(said.get(frame) ?? []), ...more]);
    for (const { frame, objects } of this.prompts) add(frame, objects);
    const taken = new Set([...idsOf(said), ...this.objects.map(({ id }) => id)]);
    const file = this.keypoints ? labelsOfFile(this.keypoints, { masks, taken }) : { objects: [], prompts: [] };
    for (const { frame, said: points } of file.prompts) add(frame, points);
    const drawn = this.annotations
      ? objectsFor(this.annotations, [], [...taken, ...file.objects.map(({ id }) => id)])
      : null;
    if (drawn) for (const { frame, said: shapes } of promptsOf(this.annotations!, drawn.ids)) add(frame, shapes);
    if (said.size > MOST_PROMPTS) {
      throw new CodedError(
        this.keypoints ? 'KEYPOINTS_TOO_MANY' : 'ANNOTATIONS_INVALID',
        `With the files, ${said.size} frames are spoken of; a run begins with at most ${MOST_PROMPTS}. Send others to it later.`,
      );
    }
    if (said.size === 0) {
      throw new CodedError(
        'MASK_MISSING',
        'Expected a file in the field mask, or mask@57 of another frame, or annotations, keypoints, or prompts as JSON.',
      );
    }
    const objects = [...this.objects, ...file.objects, ...(drawn?.added ?? [])];
    assertStorable(objects, 'objects');
    const prompts = [...said].map(([frame, all]) => checked({ frame, said: all }));
    return {
      prompts: prompts.sort((a, b) => a.frame - b.frame),
      objects: parseBody(objectList, objects),
      fit: this.fit ?? 'exact',
    };
  }

  private async takeMask(frame: number, name: string, file: Readable): Promise<void> {
    if (this.said.has(frame)) throw new CodedError('REQUEST_INVALID', `A mask of frame ${frame} was sent twice.`);
    this.assertFewer(this.said.size + 1, MOST_PROMPTS, 'masks');
    const png = await collect(file, MAX_MASK_BYTES - this.maskBytes);
    this.maskBytes += png.length;
    this.said.set(frame, [named(name, () => sentMask(png, this.limits))]);
  }

  private assertFewer(count: number, most: number, what: string): void {
    if (count <= most) return;
    throw new CodedError('REQUEST_INVALID', `Expected at most ${most} ${what} with a run; send others to it later.`);
  }
}

/** What is wrong with one of several, with its name before it. @throws CodedError */
export function named<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CodedError) || error instanceof FieldErrors || name === 'mask') throw error;
    throw new CodedError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('REQUEST_INVALID', `Expected JSON in the field ${name}.`, { cause });
  }
}
