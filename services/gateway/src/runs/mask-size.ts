import { CodedError } from '@propago/contracts';

interface Size {
  width: number;
  height: number;
}

/** What decides the size of a video's frames, as its probe tells it. */
export interface FrameSize extends Size {
  /** Degrees, clockwise, by which decoding turns the coded picture. */
  rotation?: number;
  /** Width to height of one coded pixel, where they are not square. */
  sampleAspectRatio?: { numerator: number; denominator: number } | null;
  /** Of the coded picture, before rotation. */
  codedSize?: Size | null;
  /** EXIF orientation of the frames of a zip, 1 to 8. */
  exifOrientation?: number | null;
}

/** Programs round a stretched side in their own ways, often to an even number. */
const ROUNDING = 2;
/** Of sides whose ratio was kept when a picture was scaled. */
const RATIO_TOLERANCE = 0.01;

const near = (a: Size, b: Size): boolean =>
  Math.abs(a.width - b.width) <= ROUNDING && Math.abs(a.height - b.height) <= ROUNDING;
const turned = ({ width, height }: Size): Size => ({ width: height, height: width });
const same = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;
const text = ({ width, height }: Size): string => `${width}x${height}`;

/** The sizes at which players show frames whose pixels are not square: one side stretched, or the other shrunk. */
function shownSizes(frames: FrameSize): Size[] {
  const { numerator = 1, denominator = 1 } = frames.sampleAspectRatio ?? {};
  if (!(numerator > 0 && denominator > 0) || numerator === denominator) return [];
  const sideways = frames.rotation === 90 || frames.rotation === 270;
  const stretch = sideways ? denominator / numerator : numerator / denominator;
  const { width, height } = frames;
  return [
    { width: width * stretch, height },
    { width, height: height / stretch },
  ];
}

/** The one sentence that explains why a mask has another size than the frames, with the way out; none when nothing does. */
export function reasonOfMismatch(mask: Size, frames: FrameSize): string | null {
  const { rotation = 0, codedSize, exifOrientation, sampleAspectRatio } = frames;
  const size = text(frames);
  if (shownSizes(frames).some((shown) => near(mask, shown))) {
    const { numerator, denominator } = sampleAspectRatio!;
    return (
      `The pixels of the video are not square (${numerator}:${denominator}), and the mask was drawn on a stretched ` +
      `picture; frames are never resampled here, so scale the mask to ${size} by nearest neighbour.`
    );
  }
  if (same(mask, turned(frames))) {
    if (rotation % 180 === 90) {
      return `The video is turned by ${rotation} degrees when it is shown; draw the mask on the turned frames, or turn it too.`;
    }
    if (exifOrientation && exifOrientation >= 5) {
      return (
        `The frames have EXIF orientation ${exifOrientation}, a quarter turn, which programs apply or ignore; here they ` +
        `are ${size}, so turn the mask to that.`
      );
    }
    return 'Width and height are exchanged: an array may have been saved transposed.';
  }
  if (codedSize && (same(mask, codedSize) || same(mask, turned(codedSize)))) {
    return `The coded picture is ${text(codedSize)}, but its frames are shown as ${size}; crop or turn the mask as players do.`;
  }
  const ratio = mask.width / mask.height / (frames.width / frames.height);
  if (Math.abs(ratio - 1) <= RATIO_TOLERANCE) {
    return `They have the same shape: scale the mask to ${size} by nearest neighbour, which keeps its ids.`;
  }
  return null;
}

/** What is done with masks of another size: nothing, so that they are refused, or they are scaled by nearest neighbour. */
export const FITS = ['exact', 'nearest'] as const;
export type Fit = (typeof FITS)[number];

/** Whether a mask shows the whole frame and nothing else, so that scaling it puts every pixel where it belongs. */
function showsTheFrame(mask: Size, frames: FrameSize): boolean {
  const ratio = mask.width / mask.height / (frames.width / frames.height);
  return Math.abs(ratio - 1) <= RATIO_TOLERANCE || shownSizes(frames).some((shown) => near(mask, shown));
}

/**
 * @param what the mask is called in the message
 * @throws CodedError MASK_SIZE_MISMATCH, with the reason when the video tells one, and the way out
 */
export function assertMaskFits(mask: Size, frames: FrameSize, fit: Fit = 'exact', what = 'The mask'): void {
  if (same(mask, frames)) return;
  const fits = showsTheFrame(mask, frames);
  if (fit === 'nearest' && fits) return;
  const sizes = `${what} is ${text(mask)} and the video is ${text(frames)}.`;
  const wayOut = fits ? 'With fit=nearest it is scaled here.' : null;
  throw new CodedError(
    'MASK_SIZE_MISMATCH',
    [sizes, reasonOfMismatch(mask, frames), wayOut].filter((sentence) => sentence !== null).join(' '),
  );
}
