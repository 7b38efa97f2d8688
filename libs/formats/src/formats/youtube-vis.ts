import { rleBounds, rleRuns, type Rle } from '@propago/labels';
import { Categories } from '../categories';
import { type FormatWriter, NOTHING_LOST } from '../format';
import { stemOf } from '../frame-names';
import { Sections } from '../sections';
import { TextFile } from '../text-file';

const VIDEO_ID = 1;

/** One annotation for each object, with an entry for each frame; null where the object is not. */
export const writeYoutubeVis: FormatWriter<'youtube-vis'> = async ({ run, frames }, { file, scratch }, { content }) => {
  const { label, width, height, objects } = run;
  const categories = new Categories(objects);
  const sections = new Sections(scratch);
  const confidences = new Map(objects.map(({ id }) => [id, { sum: 0, count: 0 }]));
  const isResults = content === 'results';
  // The data set has run lengths as numbers, results have COCO's text, and programs expect them so.
  const written = (rle: Rle) => (isResults ? rle : { size: rle.size, counts: rleRuns(rle) });
  let length = 0;
  for await (const frame of frames()) {
    const comma = length++ > 0 ? ',' : '';
    // Programs take the name of the sequence from the folder.
    await sections.add('names', comma + JSON.stringify(`${label}/${stemOf(frame)}.jpg`));
    const masks = new Map(frame.objects.filter(({ area }) => area > 0).map((mask) => [mask.id, mask]));
    for (const { id } of objects) {
      const mask = masks.get(id);
      await sections.add(`${id}-segmentations`, comma + (mask ? JSON.stringify(written(mask.rle)) : 'null'));
      await sections.add(`${id}-areas`, comma + (mask ? mask.area : 'null'));
      await sections.add(`${id}-boxes`, comma + (mask ? JSON.stringify(rleBounds(mask.rle)) : 'null'));
      if (!mask) continue;
      const confidence = confidences.get(id)!;
      confidence.sum += mask.confidence ?? 0;
      confidence.count++;
    }
  }
  await TextFile.write(file, async (text) => {
    const list = async (name: string) => {
      await text.add('[');
      await sections.moveTo(text, name);
      await text.add(']');
    };
    if (!isResults) {
      await text.add(
        `{"info":${JSON.stringify({ description: label })},\n"categories":${JSON.stringify(categories.all)}`,
      );
      await text.add(
        `,\n"videos":[{"id":${VIDEO_ID},"width":${width},"height":${height},"length":${length},"file_names":`,
      );
      await list('names');
      await text.add('}],\n"annotations":');
    }
    await text.add('[');
    for (const [i, { id }] of objects.entries()) {
      const { sum, count } = confidences.get(id)!;
      const start = { id, video_id: VIDEO_ID, category_id: categories.of(id).id, iscrowd: 0, width, height };
      const result = { video_id: VIDEO_ID, category_id: start.category_id, score: count > 0 ? sum / count : 0 };
      await text.add(
        `${i > 0 ? ',' : ''}\n${JSON.stringify(isResults ? result : start).slice(0, -1)},"segmentations":`,
      );
      await list(`${id}-segmentations`);
      if (!isResults) {
        await text.add(',"areas":');
        await list(`${id}-areas`);
        await text.add(',"bboxes":');
        await list(`${id}-boxes`);
      }
      await text.add('}');
    }
    await text.add(isResults ? ']\n' : ']}\n');
  });
  return NOTHING_LOST;
};
