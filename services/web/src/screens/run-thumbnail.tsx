import { useEffect, useRef } from 'react';
import type { Run } from '../api/client';
import { frameImage } from '../labels/frame-image';
import { PALETTE } from '../labels/palette';
import { labelsOfClasses } from '../labels/rle';
import { firstFrame } from '../labels/frame-table';

const WIDTH = 112;
const HEIGHT = 63;

/** The first frame of a run with its masks. Pictures are drawn when they come near the window. */
export function RunThumbnail({ run }: { run: Run }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { id, revision, videoId } = run;
  const hasMasks = run.progress.results.done > 0;
  useEffect(() => {
    const element = canvas.current!;
    const controller = new AbortController();
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        watch.disconnect();
        void draw(element, run, controller.signal).catch(() => undefined);
      },
      { rootMargin: '200px' },
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      controller.abort();
    };
    // The run itself is another object at each look; what is drawn depends on these alone.
  }, [id, revision, hasMasks, videoId]);
  return <canvas ref={canvas} className="thumbnail" width={WIDTH * 2} height={HEIGHT * 2} aria-hidden="true" />;
}

async function draw(canvas: HTMLCanvasElement, run: Run, signal: AbortSignal): Promise<void> {
  const [image, frame] = await Promise.all([
    frameImage(run.videoId, 0, Math.min(WIDTH * 2, run.video.width), signal).catch(() => undefined),
    run.progress.results.done > 0 ? firstFrame(run.id, signal) : undefined,
  ]);
  if (signal.aborted) return;
  const context = canvas.getContext('2d')!;
  const { width, height } = run.video;
  const scale = Math.min(canvas.width / width, canvas.height / height);
  const [w, h] = [width * scale, height * scale];
  context.setTransform(1, 0, 0, 1, (canvas.width - w) / 2, (canvas.height - h) / 2);
  if (image) context.drawImage(image, 0, 0, w, h);
  image?.close();
  if (!frame) return;
  const masks = await createImageBitmap(
    pictureOf(labelsOfClasses(frame.classes, width, height), width, image !== undefined),
  );
  context.drawImage(masks, 0, 0, w, h);
  masks.close();
}

/** @param isOver whether a picture is seen below the masks */
function pictureOf(labels: Uint8Array, width: number, isOver: boolean): ImageData {
  const picture = new ImageData(width, labels.length / width);
  const pixels = new DataView(picture.data.buffer);
  const colours = PALETTE.map(([r, g, b]) => ((r << 24) | (g << 16) | (b << 8) | (isOver ? 150 : 255)) >>> 0);
  labels.forEach((id, i) => id > 0 && pixels.setUint32(4 * i, colours[id]!));
  return picture;
}
