import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readLabels } from '@propago/labels';
import sharp from 'sharp';

const LIMITS = { maxSide: 16_384, maxPixels: 2 ** 28, maxClasses: 254 };

/** A sequence in the layout of DAVIS-2016: one object, ground truth for every frame. */
export interface DavisClip {
  name: string;
  size: { width: number; height: number };
  objects: 1;
  frames: () => AsyncGenerator<{ rgb: Buffer; labels: Uint8Array }>;
}

/** Every `stride`-th of the first frames of each sequence below a folder with JPEGImages/480p and Annotations/480p. */
export async function davisClips(
  root: string,
  { frames, stride }: { frames: number; stride: number },
): Promise<DavisClip[]> {
  const images = path.join(root, 'JPEGImages/480p');
  return Promise.all(
    readdirSync(images).map(async (name) => {
      const files = readdirSync(path.join(images, name))
        .sort()
        .filter((_, i) => i % stride === 0)
        .slice(0, frames);
      const { width, height } = await sharp(path.join(images, name, files[0]!)).metadata();
      return { name, size: { width, height }, objects: 1 as const, frames: () => readFrames(root, name, files) };
    }),
  );
}

async function* readFrames(root: string, name: string, files: string[]) {
  for (const file of files) {
    const rgb = await sharp(path.join(root, 'JPEGImages/480p', name, file))
      .removeAlpha()
      .raw()
      .toBuffer();
    const mask = path.join(root, 'Annotations/480p', name, file.replace(/\.\w+$/, '.png'));
    const { labels } = readLabels(readFileSync(mask), LIMITS);
    yield { rgb, labels: labels.map((label) => Number(label > 0)) };
  }
}
