import { useEffect, useState } from 'react';
import { api, ask, type Video } from '../api/client';

const LOOK_EVERY_MS = 1500;

/** How many frames the video has: as its file says, until it has been decoded to its end. */
export function useFrameCount({ id, frames, framesEstimated }: Video): number {
  const [count, setCount] = useState(frames ?? framesEstimated ?? 1);
  const [isKnown, setKnown] = useState(frames !== null);
  useEffect(() => {
    if (isKnown) return undefined;
    const timer = setInterval(() => {
      ask(api.GET('/v1/videos/{id}', { params: { path: { id } } })).then(
        (video) => {
          if (video.frames === null) return;
          setCount(video.frames);
          setKnown(true);
        },
        () => undefined,
      );
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [id, isKnown]);
  return Math.max(1, count);
}
