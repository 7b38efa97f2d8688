import type { Point } from './label-map';

/** Where the picture lies on the canvas: `canvas = picture * scale + offset`, in canvas pixels. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

const MARGIN = 12;
const MOST = 40;

/** The whole picture, centred. */
export function fitted(picture: Size, canvas: Size): View {
  const room = (side: 'width' | 'height') => Math.max(1, canvas[side] - 2 * MARGIN) / picture[side];
  const scale = Math.min(room('width'), room('height'));
  return {
    scale,
    x: (canvas.width - picture.width * scale) / 2,
    y: (canvas.height - picture.height * scale) / 2,
  };
}

/** Larger or smaller around a point of the canvas, which stays where it is. */
export function zoomed({ scale, x, y }: View, factor: number, [cx, cy]: Point, least: number): View {
  const next = Math.min(MOST, Math.max(least, scale * factor));
  const grown = next / scale;
  return { scale: next, x: cx - (cx - x) * grown, y: cy - (cy - y) * grown };
}

export const toPicture = ({ scale, x, y }: View, [cx, cy]: Point): Point => [(cx - x) / scale, (cy - y) / scale];
