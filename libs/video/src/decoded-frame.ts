/** One frame of a video, in the order of presentation. */
export interface DecodedFrame {
  /** 0, 1, 2, … without gaps. */
  index: number;
  /** Time stamp in ticks of the probe's time base, exactly as the stream has it; the index itself for a zip of frames. */
  pts: number;
  /** Whether the frame was coded without reference to others. */
  keyFrame: boolean;
  /** Pixels, after rotation; the same for all frames of a video. */
  width: number;
  height: number;
  /** rgb24, height x width x 3, row-major, no padding. The consumer owns it. */
  rgb: Buffer;
  /** File name without folder and extension; only in a zip of frames, where it need not be the index. */
  name?: string;
}
