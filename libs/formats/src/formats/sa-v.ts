import { emptyRle } from '@propago/labels';
import { type FormatWriter, NOTHING_LOST } from '../format';
import { TextFile } from '../text-file';

interface Masklet {
  sizeSum: number;
  frames: number;
  first: number | null;
  changes: number;
  wasVisible: boolean | null;
}

/** Pixels: those of COCO's small and medium objects. */
const SMALL = 32 * 32;
const MEDIUM = 96 * 96;

/** The annotation file of SA-V: `masklet[frame][object]`, an empty mask where an object is not. */
export const writeSaV: FormatWriter<'sa-v'> = async ({ run, frames }, { file }) => {
  const { label, width, height, objects, frameRate, promptedFrames } = run;
  const masklets = new Map<number, Masklet>(
    objects.map(({ id }) => [id, { sizeSum: 0, frames: 0, first: null, changes: 0, wasVisible: null }]),
  );
  const empty = emptyRle(width, height);
  let count = 0;
  await TextFile.write(file, async (text) => {
    await text.add('{"masklet":[');
    for await (const frame of frames()) {
      const masks = new Map(frame.objects.map((mask) => [mask.id, mask]));
      const rles = objects.map(({ id }) => {
        const mask = masks.get(id);
        note(masklets.get(id)!, mask?.area ?? 0, frame.index);
        return mask?.rle ?? empty;
      });
      await text.add(`${count++ > 0 ? ',' : ''}\n${JSON.stringify(rles)}`);
    }
    const all = [...masklets.values()];
    const sizes = all.map(({ sizeSum, frames: seen }) => (seen > 0 ? sizeSum / seen : 0));
    const rest = {
      video_id: label,
      video_duration: count / frameRate,
      video_frame_count: count,
      video_height: height,
      video_width: width,
      video_resolution: width * height,
      masklet_id: objects.map((_, i) => i),
      masklet_size_rel: sizes.map((size) => size / (width * height)),
      masklet_size_abs: sizes,
      masklet_size_bucket: sizes.map((size) => (size < SMALL ? 'small' : size < MEDIUM ? 'medium' : 'large')),
      masklet_visibility_changes: all.map(({ changes }) => changes),
      masklet_first_appeared_frame: all.map(({ first }) => first),
      masklet_frame_count: all.map(({ frames: seen }) => seen),
      masklet_edited_frame_count: all.map(() => promptedFrames.length),
      masklet_type: all.map(() => 'manual'),
      masklet_num: objects.length,
    };
    await text.add(`],\n${JSON.stringify(rest).slice(1)}\n`);
  });
  return NOTHING_LOST;
};

function note(masklet: Masklet, area: number, frame: number): void {
  const isVisible = area > 0;
  if (masklet.wasVisible !== null && masklet.wasVisible !== isVisible) masklet.changes++;
  masklet.wasVisible = isVisible;
  if (!isVisible) return;
  masklet.sizeSum += area;
  masklet.frames++;
  masklet.first ??= frame;
}
