import type { ConfigOf } from '@propago/runtime';
import { DEFAULT_VIDEO_LIMITS, type VideoLimits } from '@propago/video';

export function videoLimits(config: ConfigOf<'ingest'>): VideoLimits {
  const { MAX_FRAMES, MAX_SIDE, DECODE_TIMEOUT_SECONDS } = config;
  return { ...DEFAULT_VIDEO_LIMITS, maxFrames: MAX_FRAMES, maxSide: MAX_SIDE, decodeSeconds: DECODE_TIMEOUT_SECONDS };
}
