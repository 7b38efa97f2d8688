/** What one upload may cost. Checked from the headers where they tell, and again while decoding, because headers lie. */
export interface VideoLimits {
  /** Frames in presentation order. Default 20,000. */
  maxFrames: number;
  /** Longer side of a frame, in pixels. Default 4096. */
  maxSide: number;
  /** Seconds one ffprobe call may take. Default 30. */
  probeSeconds: number;
  /** Seconds spent waiting for ffmpeg, in all, while one video is decoded; the consumer's own time does not count. Default 3600. */
  decodeSeconds: number;
  /** Address space of one ffmpeg or ffprobe process, in bytes. Default 4 GiB. */
  memoryBytes: number;
  /** Decoder threads of one ffmpeg process; they never change a byte of a frame. Default 2. */
  threads: number;
  /** Entries of a zip of frames, of any kind. Default 40,000 (frames, folders and the twin entries macOS adds). */
  maxZipEntries: number;
  /** Inflated bytes of all frames of a zip together. Default 16 GiB. */
  maxInflatedBytes: number;
  /** Inflated bytes of one frame file of a zip. Default 128 MiB. */
  maxFrameFileBytes: number;
}

export const DEFAULT_VIDEO_LIMITS: Readonly<VideoLimits> = {
  maxFrames: 20_000,
  maxSide: 4096,
  probeSeconds: 30,
  decodeSeconds: 3600,
  memoryBytes: 4 * 2 ** 30,
  threads: 2,
  maxZipEntries: 40_000,
  maxInflatedBytes: 16 * 2 ** 30,
  maxFrameFileBytes: 128 * 2 ** 20,
};
