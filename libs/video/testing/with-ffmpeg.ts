import { findTool } from '../src/config';

/** Whether the tests can run; says on the console why not. */
const hasFfmpeg = findTool('ffmpeg') !== null && findTool('ffprobe') !== null;
if (!hasFfmpeg)
  process.stderr.write('Skipped: ffmpeg and ffprobe are neither on PATH nor in FFMPEG_PATH and FFPROBE_PATH.\n');

/** `describe` where ffmpeg is, `describe.skip` elsewhere. */
export const describeWithFfmpeg = hasFfmpeg ? describe : describe.skip;
