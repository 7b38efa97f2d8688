import { CodedError } from '@propago/contracts';
import { paintShape } from '@propago/formats';
import { decodeRle, fillRings, readLabels, scaleLabels, type MaskLimits } from '@propago/labels';
import { assertMaskFits, type Fit, type FrameSize } from '../runs/mask-size';
import { objectsOf, type SaidByShapes, type SaidObject, type SentPrompt } from './prompt-body';

/** What decides the pixels of a prompt, besides what it says. */
export interface Canvas {
  /** Of the video. */
  frames: FrameSize;
  fit: Fit;
  limits: MaskLimits;
}

/** What a prompt says, in pixels of the video. */
export interface DrawnPrompt {
  frame: number;
  width: number;
  height: number;
  /** height x width, row-major object ids. */
  labels: Uint8Array;
  /** Ids of the objects that it speaks of, ascending; those without a pixel are not on the frame. */
  objects: number[];
  /** RGB triples by id; null where no mask gives its objects colours. */
  palette: Uint8Array | null;
}

/**
 * Draws what a prompt says. Where two of its objects overlap, the one that comes later has the pixel. Of what another
 * program drew, an object that no pixel is left of is not spoken of.
 * @throws CodedError MASK_SIZE_MISMATCH, MASK_CORRUPT, MASK_TOO_LARGE, MASK_EMPTY
 */
export function drawPrompt(sent: SentPrompt, canvas: Canvas): DrawnPrompt {
  const { width, height } = canvas.frames;
  const labels = new Uint8Array(width * height);
  let palette: Uint8Array | null = null;
  for (const one of sent.said) {
    if ('png' in one) {
      const mask = readLabels(one.png, canvas.limits);
      palette = mask.palette;
      fitted(mask.labels, mask, canvas).forEach((id, i) => id !== 0 && (labels[i] = id));
    } else if ('shapes' in one) {
      drawShapes(labels, one, canvas);
    } else {
      drawObject(labels, one, canvas);
    }
  }
  const [fromFiles, seen] = [sent.said.filter((one) => 'shapes' in one).map(({ id }) => id), new Set(labels)];
  const objects = objectsOf(sent).filter((id) => seen.has(id) || !fromFiles.includes(id));
  return { frame: sent.frame, width, height, labels, objects, palette };
}

function drawShapes(labels: Uint8Array, { id, shapes, size }: SaidByShapes, { frames }: Canvas): void {
  if (size) assertMaskFits(size, frames, 'exact', 'A picture of the file');
  for (const shape of shapes) paintShape(shape, labels, { width: frames.width, height: frames.height, label: id });
}

function drawObject(labels: Uint8Array, { id, rle, polygons }: SaidObject, canvas: Canvas): void {
  if (rle) {
    const inside = fitted(...decoded(rle, id, canvas), canvas);
    for (let i = 0; i < labels.length; i++) if (inside[i]) labels[i] = id;
  }
  if (polygons) {
    const inside = fillRings(polygons, canvas.frames);
    if (!inside.includes(1)) {
      throw new CodedError(
        'MASK_EMPTY',
        `The polygons of object ${id} hold the centre of no pixel of the ${canvas.frames.width}x${canvas.frames.height} ` +
          'frame; draw them larger or within it, or say that the object is absent.',
      );
    }
    for (let i = 0; i < labels.length; i++) if (inside[i]) labels[i] = id;
  }
}

interface Size {
  width: number;
  height: number;
}

function decoded(rle: { size: number[]; counts: string }, id: number, { frames, fit, limits }: Canvas) {
  const [height, width] = rle.size as [number, number];
  if (Math.max(height, width) > limits.maxSide) {
    throw new CodedError(
      'MASK_TOO_LARGE',
      `The RLE of object ${id} is ${width}x${height}; a side has ${limits.maxSide}.`,
    );
  }
  assertMaskFits({ width, height }, frames, fit, `The RLE of object ${id}`);
  return [decodeRle({ size: [height, width], counts: rle.counts }), { width, height }] as const;
}

/** @throws CodedError MASK_SIZE_MISMATCH */
function fitted(labels: Uint8Array, size: Size, { frames, fit }: Canvas): Uint8Array {
  assertMaskFits(size, frames, fit);
  const isSame = size.width === frames.width && size.height === frames.height;
  return isSame ? labels : scaleLabels(labels, size, frames);
}
