import { rleBounds } from '@propago/labels';
import { Categories } from '../categories';
import type { FormatWriter } from '../format';
import { LossMeter } from '../loss-meter';
import { Sections } from '../sections';
import { TextFile } from '../text-file';

/** Digits behind the point of percentages: a hundredth of a pixel of a frame 10,000 pixels wide. */
const DIGITS = 4;

interface Seen {
  keyFrames: number;
  confidence: number;
  /** The last key frame while the object may be on the next frame too. */
  last: object | null;
}

/**
 * A Label Studio task with a prediction: for each object one VideoRectangle with a key frame on each frame that it is on.
 * One that is not enabled is the last that shows it; without, Label Studio would show it on. Frames count from 1.
 */
export const writeLabelStudio: FormatWriter<'label-studio'> = async ({ run, frames }, { file, scratch }, options) => {
  const { width, height, label, objects, frameRate } = run;
  const categories = new Categories(objects);
  const sections = new Sections(scratch);
  const loss = new LossMeter();
  const seen = new Map<number, Seen>();
  let framesCount = 0;
  const addLast = async (id: number, known: Seen, enabled: boolean) => {
    if (!known.last) return;
    const comma = known.keyFrames++ > 0 ? ',' : '';
    await sections.add(String(id), `${comma}\n${JSON.stringify({ ...known.last, enabled })}`);
    known.last = null;
  };
  for await (const { index, objects: masks } of frames()) {
    framesCount = index + 1;
    for (const { id, area, rle, confidence } of masks) {
      const known = seen.get(id) ?? { keyFrames: 0, confidence: 0, last: null };
      await addLast(id, known, area > 0);
      if (area === 0) continue;
      const [left, top, wide, high] = rleBounds(rle);
      const box = {
        x: share(left, width),
        y: share(top, height),
        width: share(wide, width),
        height: share(high, height),
      };
      known.last = { frame: index + 1, time: (index + 1) / frameRate, rotation: 0, ...box };
      known.confidence += confidence ?? 0;
      seen.set(id, known);
      loss.add(area / (wide * high), { frame: index, object: id, holes: 0, parts: 1 });
    }
  }
  for (const [id, known] of seen) await addLast(id, known, true);
  const all = [...seen.values()];
  const shown = all.reduce((sum, { keyFrames }) => sum + keyFrames, 0);
  const score = shown > 0 ? all.reduce((sum, { confidence }) => sum + confidence, 0) / shown : 0;
  await TextFile.write(file, async (text) => {
    const data = { video: options.video ?? label, fps: frameRate };
    const head = `{"model_version":"propago","score":${Math.min(1, score)},"result":[`;
    await text.add(`[{"data":${JSON.stringify(data)},"predictions":[${head}`);
    const duration = framesCount / frameRate;
    for (const [i, id] of [...seen.keys()].entries()) {
      const region = {
        id: `object-${id}`,
        from_name: options.fromName,
        to_name: options.toName,
        type: 'videorectangle',
      };
      const value = { framesCount, duration, labels: [categories.of(id).name] };
      const opened = JSON.stringify({ ...region, origin: 'prediction', value }).slice(0, -2);
      await text.add(`${i > 0 ? ',' : ''}\n${opened},"sequence":[`);
      await sections.moveTo(text, String(id));
      await text.add(']}}');
    }
    await text.add(']}]}]\n');
  });
  return { loss: loss.result() };
};

/** Percent of the frame. */
const share = (pixels: number, of: number): number => Number(((100 * pixels) / of).toFixed(DIGITS));
