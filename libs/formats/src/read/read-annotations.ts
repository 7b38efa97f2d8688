import { z } from 'zod';
import { invalid, type ReadAnnotations } from './annotations';
import { cocoFile, readCoco } from './coco';
import { readCvat } from './cvat';
import { labelStudioFile, readLabelStudio } from './label-studio';
import { labelmeFile, readLabelme } from './labelme';

/**
 * Reads what people drew in another program: COCO, LabelMe, Label Studio (VideoRectangle) or CVAT XML, which the content
 * tells apart.
 * @throws CodedError ANNOTATIONS_INVALID
 */
export function readAnnotations(text: string): ReadAnnotations {
  return isXml(text) ? readCvat(text) : annotationsIn(parseJson(text));
}

export const isXml = (text: string): boolean => /^\uFEFF?\s*</.test(text);

/** The same of a file that is JSON. @throws CodedError ANNOTATIONS_INVALID */
export function annotationsIn(content: unknown): ReadAnnotations {
  if (Array.isArray(content)) return readLabelStudio(as(labelStudioFile, content, 'tasks of Label Studio'));
  const has = (key: string) => typeof content === 'object' && content !== null && key in content;
  if (has('shapes')) return readLabelme(as(labelmeFile, content, 'LabelMe'));
  if (has('annotations')) return readCoco(as(cocoFile, content, 'COCO'));
  throw invalid('it is neither COCO, LabelMe, Label Studio nor CVAT XML');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`it is neither XML nor JSON (${(error as Error).message})`);
  }
}

function as<T>(schema: z.ZodType<T>, content: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(content);
  if (success) return data;
  const [issue] = error.issues;
  throw invalid(`as ${what} it has a wrong ${issue!.path.join('.') || 'form'}: ${issue!.message}`);
}
