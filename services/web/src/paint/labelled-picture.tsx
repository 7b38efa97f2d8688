import { useEffect, useRef } from 'react';
import type { Colours } from '../labels/palette';
import { LabelLayer } from './label-layer';

interface LabelledPictureProps {
  /** What is seen. */
  label: string;
  /** Of any size; of the same shape as the labels. */
  picture: CanvasImageSource;
  /** height x width */
  labels: Uint8Array;
  width: number;
  height: number;
  colours: Colours;
}

const NONE: ReadonlySet<number> = new Set();

/** A picture with labels over it, to look at. */
export function LabelledPicture({ label, picture, labels, width, height, colours }: LabelledPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    context.drawImage(picture, 0, 0, width, height);
    const layer = new LabelLayer(width, height);
    layer.draw(labels, { opacity: 0.45, hasOutlines: true, colours, skeletons: new Map(), hidden: NONE });
    context.drawImage(layer.canvas, 0, 0);
  }, [picture, labels, width, height, colours]);
  return <canvas ref={canvas} className="picture" width={width} height={height} role="img" aria-label={label} />;
}
