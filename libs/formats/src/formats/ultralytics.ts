import { cropRle } from '@propago/labels';
import { Categories } from '../categories';
import type { FormatWriter } from '../format';
import { stemOf } from '../frame-names';
import { jaccardOfPolygons, LossMeter } from '../loss-meter';
import { borderPixels, traceOutlines } from '../outlines';
import { ZipFile } from '../zip-file';

/** Programs cut fractions off: a quarter of a pixel keeps a pixel the one that it is, whether they cut or round. */
const SAFE = 0.25;
/** A row with fewer corners would be read as a box. */
const FEWEST_CORNERS = 3;

/**
 * Ultralytics segmentation: `class x y x y …` from 0 to 1, a line for each outline, through the border pixels as OpenCV
 * finds contours, because OpenCV fills them when they are read.
 */
export const writeUltralytics: FormatWriter<'ultralytics'> = async ({ run, frames }, { file }) => {
  const { width, height, label } = run;
  const categories = new Categories(run.objects);
  const loss = new LossMeter();
  await ZipFile.write(file, async (zip) => {
    const names = categories.all.map(({ id, name }) => `  ${id - 1}: ${JSON.stringify(name)}\n`);
    await zip.add('data.yaml', `path: .\ntrain: images/${label}\nval: images/${label}\nnames:\n${names.join('')}`);
    for await (const frame of frames()) {
      const lines: string[] = [];
      for (const { id, area, rle } of frame.objects) {
        if (area === 0) continue;
        const crop = cropRle(rle);
        const { parts, holes } = traceOutlines(crop);
        const filled = jaccardOfPolygons(
          crop,
          parts.map(({ points }) => points),
        );
        loss.add(filled, { frame: frame.index, object: id, holes: holes.length, parts: parts.length });
        for (const part of parts) {
          const corners = atLeast(FEWEST_CORNERS, borderPixels(part));
          const shares = corners.map((value, i) => ((value + SAFE) / (i % 2 === 0 ? width : height)).toFixed(6));
          lines.push(`${categories.of(id).id - 1} ${shares.join(' ')}\n`);
        }
      }
      await zip.add(`labels/${label}/${stemOf(frame)}.txt`, lines.join(''), { compress: true });
    }
  });
  return { loss: loss.result() };
};

/** Goes round once more where there are too few corners. */
function atLeast(corners: number, points: number[]): number[] {
  const all = [...points];
  while (all.length < 2 * corners) all.push(...points);
  return all;
}
