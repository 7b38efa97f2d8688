import { useEffect, useState } from 'react';
import { Problem } from '../api/problem';
import { frameImage } from '../labels/frame-image';

const TRY_AGAIN_MS = 700;
/** Answers that pass when the frame has been decoded, or the server is back. */
const PASSES = new Set([0, 404, 409, 503]);

/** The picture of one frame, as soon as it is there. */
export function useFrame(videoId: string, frame: number, width: number) {
  const [shown, setShown] = useState<{ frame: number; image?: ImageBitmap; problem?: Problem }>({ frame });
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      frameImage(videoId, frame, width, controller.signal).then(
        (image) => setShown({ frame, image }),
        (error: unknown) => {
          if (controller.signal.aborted) return;
          const problem = Problem.unreachable(error);
          if (!PASSES.has(problem.status)) setShown({ frame, problem });
          else timer = setTimeout(look, TRY_AGAIN_MS);
        },
      );
    };
    look();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [videoId, frame, width]);
  return shown.frame === frame ? shown : { frame, image: undefined, problem: undefined };
}
