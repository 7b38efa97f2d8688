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
  lastFrame: number;
  lastBox: object;
  confidence: number;
}

/**
 * A Label Studio task with a prediction: for each object one VideoRectangle with a key frame on each frame that it is on,
 * and a disabled one where it is not any more, without which Label Studio would show it on. Frames count from 1.
 */
export const writeLabelStudio: FormatWriter<'label-studio'> = async ({ run, frames }, { file, scratch }, options) => {
  const { width, height, label, objects, frameRate } = run;
  const categories = new Categories(objects);
  const sections = new Sections(scratch);
  const loss = new LossMeter();
  const seen = new Map<number, Seen>();
  let framesCount = 0;
  const keyFrame = async (id: number, index: number, box: object, enabled: boolean, before: number) => {
    const entry = { frame: index + 1, time: (index + 1) / frameRate, enabled, rotation: 0, ...box };
    await sections.add(String(id), `${before > 0 ? ',' : ''}\n${JSON.stringify(entry)}`);
  };
  for await (const { index, objects: masks } of frames()) {
    framesCount = index + 1;
    for (const { id, area, rle, confidence } of masks) {
      const known = seen.get(id) ?? { keyFrames: 0, lastFrame: -2, lastBox: {}, confidence: 0 };
      if (area > 0) {
        const [left, top, wide, high] = rleBounds(rle);
        const box = {
          x: share(left, width),
          y: share(top, height),
          width: share(wide, width),
          height: share(high, height),
        };
        await keyFrame(id, index, box, true, known.keyFrames++);
        Object.assign(known, { lastFrame: index, lastBox: box, confidence: known.confidence + (confidence ?? 0) });
        seen.set(id, known);
        loss.add(area / (wide * high), { frame: index, object: id, holes: 0, parts: 1 });
      } else if (known.lastFrame === index - 1) {
        await keyFrame(id, index, known.lastBox, false, known.keyFrames++);
      }
    }
  }
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
