import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEncoderCard, openEncoder, writeOnnxModel } from '@propago/encoder';
import sharp from 'sharp';
import { FrameSource } from './content';
import { randomVit } from './random-vit';

/** The ViT-S/16 with random weights of random-vit.ts instead of a file. */
export const RANDOM_VIT = 'random-vit-s';

/**
 * Features of the pictures of a folder, in the order of their names.
 * @param file ONNX, or RANDOM_VIT
 * @param scale of the pictures' sides, which are then rounded to whole patches
 * @param wanted indices of the pictures that will be asked for
 */
export async function encodedFrames(
  file: string,
  folder: string,
  scale: number,
  wanted: Iterable<number>,
): Promise<FrameSource> {
  const made = file === RANDOM_VIT ? mkdtempSync(join(tmpdir(), 'propago-vit-')) : undefined;
  const path = made ? join(made, `${RANDOM_VIT}.onnx`) : file;
  try {
    if (made) writeFileSync(path, writeOnnxModel(randomVit()));
    const card = await loadEncoderCard(path);
    const encoder = await openEncoder({ path, card, intraOpThreads: 2 });
    const pictures = readdirSync(folder).filter((name) => /\.(jpe?g|png)$/i.test(name));
    const { width: fullWidth, height: fullHeight } = await sharp(join(folder, pictures[0])).metadata();
    const whole = (side: number) => Math.floor((side * scale) / card.inputMultiple) * card.inputMultiple;
    const size = { width: whole(fullWidth), height: whole(fullHeight) };
    const frames = new Map<number, Float32Array>();
    for (const index of wanted) {
      const picture = sharp(join(folder, pictures[index])).resize({ ...size, fit: 'fill' });
      const rgb = await picture.removeAlpha().raw().toBuffer();
      frames.set(index, (await encoder.encode(rgb, { count: 1, ...size }, 'fp32')).features);
    }
    await encoder.close();
    const grid = { rows: size.height / card.patchSize, cols: size.width / card.patchSize };
    return { grid, dim: card.dim, frame: (index) => frames.get(index)! };
  } finally {
    if (made) rmSync(made, { recursive: true });
  }
}
