import sharp from 'sharp';
import type { DecodedFrame } from './decoded-frame';

// Chroma at full resolution: people draw masks along edges of colour. At this quality a frame of video differs from its
// picture by less than people see.
const JPEG = { quality: 92, chromaSubsampling: '4:4:4' } as const;

/** A decoded frame as a JPEG of its size. */
export async function encodePicture({
  rgb,
  width,
  height,
}: Pick<DecodedFrame, 'rgb' | 'width' | 'height'>): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg(JPEG)
    .toBuffer();
}

/** A picture of {@link encodePicture}, scaled to so many pixels a row; its shape stays. */
export async function scalePicture(jpeg: Buffer, width: number): Promise<Buffer> {
  return sharp(jpeg).resize({ width }).jpeg(JPEG).toBuffer();
}
