import type { ContainerKind } from './signature';

/** Seconds per tick of a time stamp, as an exact fraction. */
export interface TimeBase {
  num: number;
  den: number;
}

/** What a file says about its video, before a frame is decoded. Every number is a claim of the headers. */
export interface VideoProbe {
  container: ContainerKind;
  /** Codec as ffprobe names it; `jpeg` or `png` for a zip of frames. */
  codec: string;
  /** Index of the video stream in its file. Cover pictures are not video streams. */
  streamIndex: number;
  /** Width in pixels of the frames as they are shown: after rotation. */
  width: number;
  /** Height in pixels, after rotation. */
  height: number;
  /** Degrees, clockwise, by which decoding turns the coded picture: 0, 90, 180 or 270, or the file's odd angle. */
  rotation: number;
  /**
   * Pixels of the coded picture, before it is turned by `rotation` or `exifOrientation`; null where unknown. Absent in
   * probes stored by earlier versions, like the two fields that follow.
   */
  codedSize?: { width: number; height: number } | null;
  /**
   * Width by height of one pixel of the coded picture as players show it, 4:3 for instance; null where the file does not
   * say. It is not applied: a player shows a frame of 320 pixels at 4:3 as 427 wide, but its mask has 320 columns.
   */
  sampleAspectRatio?: { numerator: number; denominator: number } | null;
  /** EXIF orientation of the first frame of a zip, 1 to 8; null for a video, and where the picture has none. */
  exifOrientation?: number | null;
  timeBase: TimeBase;
  /** Average frames per second; null where unknown. */
  frameRate: number | null;
  /** Number of frames from the index or from duration and rate; edit lists make it too high. Exact for a zip. Null where unknown. */
  frameCountEstimate: number | null;
  durationSeconds: number | null;
  /** Time stamp of the first frame in ticks of `timeBase`; null where unknown. */
  startPts: number | null;
  /** Size of the file. */
  bytes: number;
}
