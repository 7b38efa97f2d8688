import { CodedError } from '@propago/contracts';
import { annotationsIn, isXml, readAnnotations, type ReadAnnotations } from '@propago/formats';
import { isCoco, isTable, keypointsIn, readKeypointFile, type KeypointFile } from '@propago/keypoint-files';

/** What was drawn in another program: key points, or masks. */
export type SentFile = { keypoints: KeypointFile } | { annotations: ReadAnnotations };

/**
 * Reads a file of another program, which its content tells: COCO, LabelMe, Label Studio, CVAT XML; key points of COCO,
 * DeepLabCut, SLEAP, or the platform's own.
 * @param body the bytes of the file, or the value that it holds as JSON
 * @throws CodedError ANNOTATIONS_INVALID, KEYPOINTS_…
 */
export function sentFile(body: unknown): SentFile {
  if (!Buffer.isBuffer(body)) return fileOf(body);
  const text = body.toString();
  if (isTable(text)) return { keypoints: readKeypointFile(body) };
  if (isXml(text)) return { annotations: readAnnotations(text) };
  try {
    return fileOf(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CodedError('ANNOTATIONS_INVALID', 'The file is neither XML, nor JSON, nor a table of key points.', {
      cause: error,
    });
  }
}

/** Whether the body of a prompt is a file of another program, and neither a picture nor what the API itself knows. */
export function isFile(body: unknown): boolean {
  if (Buffer.isBuffer(body)) {
    const start = body.toString('utf8', 0, 64);
    return isTable(start) || /^\uFEFF?\s*[<[{]/.test(start);
  }
  if (Array.isArray(body)) return body.length > 0;
  return isCoco(body) || (typeof body === 'object' && body !== null && 'shapes' in body);
}

function fileOf(value: unknown): SentFile {
  const has = (key: string) => typeof value === 'object' && value !== null && key in value;
  const isOwn = has('frames') && has('objects');
  return isOwn || hasKeypoints(value) ? { keypoints: keypointsIn(value) } : { annotations: annotationsIn(value) };
}

/** A file of COCO with key points and masks is one of key points. */
function hasKeypoints(value: unknown): boolean {
  if (!isCoco(value)) return false;
  const { annotations } = value as { annotations: unknown };
  return Array.isArray(annotations) && annotations.some((one: unknown) => Object.hasOwn(Object(one), 'keypoints'));
}
