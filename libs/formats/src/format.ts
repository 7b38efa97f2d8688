import type { ExportFormat, ExportOptions, KeypointShape, TrackedKeypoints } from '@propago/contracts';
import type { Rle } from '@propago/labels';
import type { LossReport } from './loss-meter';

/** What is the same on all frames of a run. */
export interface ExportedRun {
  /** What its files and folders are called. */
  label: string;
  /** Of a frame, px. */
  width: number;
  height: number;
  /** How many are exported: those from the first on. */
  frames: number;
  /** Mean, frames per second. */
  frameRate: number;
  /** Those with masks that are exported, by id. */
  objects: ExportedObject[];
  /** 256 RGB triples by object id. */
  palette: Uint8Array;
  /** Frames on which a person has said where objects are. */
  promptedFrames: number[];
  /** Those with key points that are exported, by id. */
  keypointObjects: ExportedKeypoints[];
}

export interface ExportedObject {
  /** 1 to 254. */
  id: number;
  name: string | null;
}

/** An object with its points and the lines between them. */
export interface ExportedKeypoints extends ExportedObject, KeypointShape {}

/** What is known of one frame. */
export interface ExportedFrame {
  index: number;
  /** Time stamp in ticks of the video's time base, and in seconds. */
  pts: number;
  seconds: number;
  /** File stem of a frame that came in a zip. */
  name: string | null;
  /** By id; one without a pixel is not on the frame. */
  objects: ExportedMask[];
  /** Of the exported objects that have key points instead of a mask. */
  keypoints: readonly TrackedKeypoints[];
}

export interface ExportedMask {
  id: number;
  /** Pixels. */
  area: number;
  confidence: number | null;
  rle: Rle;
}

/** A frame with its picture. */
export interface ExportedPicture {
  frame: ExportedFrame;
  /** rgb24, height x width, row-major. */
  rgb: Buffer;
}

/** Where a format reads from, in the order of the frames, one at a time as they are asked for. */
export interface FormatSource {
  run: ExportedRun;
  frames(): AsyncIterable<ExportedFrame>;
  /** Lends the frames with their pictures, decoded again from the video. */
  withPictures<T>(use: (pictures: AsyncIterable<ExportedPicture>) => Promise<T>): Promise<T>;
}

/** Where a format writes to. */
export interface FormatTarget {
  /** The file, which is not there yet. */
  file: string;
  /** An empty folder for whatever has to be sorted before it can be written. */
  scratch: string;
  signal: AbortSignal;
}

/** What there is to say of a file that was made. */
export interface FormatReport {
  /** What the masks lost; null where nothing can be lost, or nothing can be read back. */
  loss: LossReport | null;
}

/** Writes a run in one format, in memory that does not grow with the number of frames. */
export type FormatWriter<F extends ExportFormat = ExportFormat> = (
  source: FormatSource,
  target: FormatTarget,
  options: ExportOptions<F>,
) => Promise<FormatReport>;

export const NOTHING_LOST: FormatReport = { loss: null };
