import type { Video } from '@propago/database';
import type { VideoProbe } from '@propago/video';

/** Size of a video's frames as they are shown, px. */
export function sizeOf(video: Video): { width: number; height: number } {
  const { width, height } = probeOf(video);
  return { width, height };
}

export function probeOf(video: Video): VideoProbe {
  return video.probe as unknown as VideoProbe;
}
