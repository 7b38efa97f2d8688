import type { ConfigOf } from '@propago/runtime';
import type { VideoLimits } from '@propago/video';

export function videoLimits(config: ConfigOf<'ingest'>): Partial<VideoLimits> {
  return { maxFrames: config.MAX_FRAMES, maxSide: config.MAX_SIDE, decodeSeconds: config.DECODE_TIMEOUT_SECONDS };
}
