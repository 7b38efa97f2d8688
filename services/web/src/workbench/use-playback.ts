import { useCallback, useEffect, useState } from 'react';

interface Playback {
  frames: number;
  /** Frames a second at normal speed. */
  rate: number;
  /** Resolves when a frame can be shown. */
  isReady: (frame: number) => Promise<unknown>;
}

/** Which frame is looked at. Playing leaves none out: where pictures come slower than time passes, it goes slower. */
export function usePlayback({ frames, rate, isReady }: Playback) {
  const [frame, setFrame] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState('1');

  const goTo = useCallback((next: number) => setFrame(Math.min(frames - 1, Math.max(0, Math.round(next)))), [frames]);
  const toggle = useCallback(() => setPlaying((before) => !before), []);

  useEffect(() => {
    if (!isPlaying) return undefined;
    if (frame >= frames - 1) {
      setPlaying(false);
      return undefined;
    }
    let isCurrent = true;
    const started = performance.now();
    void isReady(frame + 1).then(() => {
      const wait = 1000 / (rate * Number(speed)) - (performance.now() - started);
      setTimeout(() => isCurrent && setFrame(frame + 1), Math.max(0, wait));
    });
    return () => {
      isCurrent = false;
    };
  }, [isPlaying, frame, frames, rate, speed, isReady]);

  return { frame, goTo, isPlaying, toggle, speed, setSpeed };
}
