import { rleBounds, rleCentroid } from '@propago/labels';
import { type FormatWriter, NOTHING_LOST } from '../format';
import { TextFile } from '../text-file';

const HEAD = 'frame,frame_name,pts,seconds,object,object_name,area,x,y,width,height,centroid_x,centroid_y,confidence';

/** One row for each object on each frame, also where it has no pixel: its box and centroid are empty there. */
export const writeCsv: FormatWriter<'csv'> = async ({ run, frames }, { file }) => {
  const names = new Map(run.objects.map(({ id, name }) => [id, name]));
  await TextFile.write(file, async (text) => {
    await text.add(`${HEAD}\r\n`);
    for await (const { index, name, pts, seconds, objects } of frames()) {
      for (const { id, area, rle, confidence } of objects) {
        const box = area > 0 ? rleBounds(rle) : ['', '', '', ''];
        const centroid = (area > 0 && rleCentroid(rle)) || ['', ''];
        const row = [
          index,
          name,
          pts,
          seconds,
          id,
          names.get(id),
          area,
          ...box,
          ...centroid,
          area > 0 ? confidence : null,
        ];
        await text.add(`${row.map(field).join(',')}\r\n`);
      }
    }
  });
  return NOTHING_LOST;
};

/** As RFC 4180 writes it; a text that a spreadsheet would run as a formula begins with a quotation mark instead. */
function field(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
