import { createHash } from 'node:crypto';
import { ClipFrame, ClipOptions, renderClip, SAMPLE_CLIP } from './render-clip';

const small = { width: 214, height: 120, seed: 3, objects: 3 };
const clip = (options: ClipOptions): ClipFrame[] => [...renderClip(options)];

function areas(labels: Uint8Array, objects: number): number[] {
  const counts = new Array<number>(objects + 1).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

function digest(frames: ClipFrame[]): string {
  const hash = createHash('sha256');
  for (const { rgb, labels } of frames) hash.update(rgb).update(labels);
  return hash.digest('hex');
}

describe('renderClip', () => {
  const frames = clip({ ...small, frames: 64 });

  it('gives as many frames as asked for, each with one label per pixel', () => {
    expect(frames).toHaveLength(64);
    for (const { rgb, labels } of frames) {
      expect(rgb).toHaveLength(214 * 120 * 3);
      expect(labels).toHaveLength(214 * 120);
      expect(areas(labels, 3)).toHaveLength(4);
    }
  });

  it('gives the same bytes for the same seed and others for another', () => {
    const again = clip({ ...small, frames: 6 });
    expect(digest(again)).toBe(digest(frames.slice(0, 6)));
    expect(digest(clip({ ...small, frames: 6, seed: 4 }))).not.toBe(digest(again));
  });

  it('shows every object whole and apart from the others in frame 0', () => {
    const { labels } = frames[0];
    areas(labels, 3).forEach((area) => expect(area).toBeGreaterThan(300));
    for (let y = 0; y < 120; y++) {
      for (let x = 1; x < 214; x++) {
        const [left, right] = [labels[y * 214 + x - 1], labels[y * 214 + x]];
        if (left !== right) expect(Math.min(left, right)).toBe(0);
      }
    }
  });

  it('lets objects occlude each other: touching objects, and an area that shrinks and grows again', () => {
    const touching = frames.some(({ labels }) =>
      labels.some((label, i) => label && labels[i + 1] && label !== labels[i + 1]),
    );
    expect(touching).toBe(true);
    const first = frames.map(({ labels }) => areas(labels, 3)[1]);
    const least = first.indexOf(Math.min(...first));
    expect(first[least]).toBeLessThan(0.6 * first[0]);
    expect(Math.max(...first.slice(least))).toBeGreaterThan(1.5 * first[least]);
  });

  it('moves objects and ground, and has its labels where the object is', () => {
    const centre = ({ labels }: ClipFrame, id: number) => {
      let sum = 0;
      let count = 0;
      labels.forEach((label, i) => label === id && ((sum += i % 214), count++));
      return sum / count;
    };
    expect(Math.abs(centre(frames[63], 1) - centre(frames[0], 1))).toBeGreaterThan(50);
    const corner = (frame: ClipFrame) => [...frame.rgb.subarray(0, 60)];
    const change = corner(frames[0]).map((value, i) => Math.abs(value - corner(frames[8])[i]));
    expect(change.reduce((a, b) => a + b) / change.length).toBeGreaterThan(3);
    // Colours change across the border of a label.
    for (const id of [1, 2, 3]) expect(contrast(frames[0], id)).toBeGreaterThan(12);
  });

  it('renders its beginning without its end', () => {
    const frame = renderClip({ ...small, frames: 1e9 }).next().value;
    expect(frame && digest([frame])).toBe(digest([frames[0]]));
  });

  it('has a sample of a few seconds at 480p whose objects never vanish', () => {
    expect(SAMPLE_CLIP).toMatchObject({ width: 854, height: 480, objects: 3 });
    for (const { labels } of renderClip({ ...SAMPLE_CLIP, width: 427, height: 240 })) {
      areas(labels, 3).forEach((area) => expect(area).toBeGreaterThan(200));
    }
  });

  it('renders every so many frames of a longer clip alone', () => {
    const sparse = clip({ ...small, frames: 3, stride: 4 });
    expect(digest(sparse)).toBe(digest([frames[0], frames[4], frames[8]]));
  });

  it('brings objects near the colours of the ground', () => {
    const [plain, hard] = [0, 0.8].map((likeness) => {
      const [frame] = clip({ ...small, frames: 1, hardness: { likeness } });
      return [1, 2, 3].reduce((sum, id) => sum + contrast(frame, id), 0);
    });
    expect(hard).toBeLessThan(plain);
  });

  it('has distractors that cover what is labelled and have no label themselves', () => {
    const [with3, without] = [2, 0].map((distractors) =>
      clip({ ...small, objects: 1, frames: 40, hardness: { distractors } }),
    );
    for (const { labels } of with3) expect(Math.max(...labels)).toBeLessThanOrEqual(1);
    const least = (all: ClipFrame[]) =>
      Math.min(...all.map(({ labels }) => areas(labels, 1)[1])) / areas(all[0].labels, 1)[1];
    expect(least(with3)).toBeLessThan(least(without));
  });

  it('has joints that stay on the same place of an object’s surface', () => {
    const frames = clip({ ...small, frames: 30, objects: 2, seed: 4 });
    const colour = ({ rgb }: ClipFrame, x: number, y: number) => {
      const at = (Math.floor(y) * small.width + Math.floor(x)) * 3;
      return [...rgb.subarray(at, at + 3)];
    };
    let [on, beside, seen] = [0, 0, 0];
    for (const frame of frames.slice(1)) {
      frame.joints.flat().forEach(({ x, y, isVisible }, i) => {
        const first = frames[0].joints.flat()[i];
        const isNear = x < 6 || y < 6 || x > small.width - 6 || y > small.height - 6;
        if (!isVisible || !first.isVisible || isNear) return;
        const difference = (dx: number, dy: number) => {
          const [a, b] = [colour(frames[0], first.x, first.y), colour(frame, x + dx, y + dy)];
          return a.reduce((sum, value, c) => sum + Math.abs(value - b[c]), 0);
        };
        on += difference(0, 0);
        beside += (difference(5, 0) + difference(-5, 0) + difference(0, 5) + difference(0, -5)) / 4;
        seen++;
      });
    }
    expect(seen).toBeGreaterThan(150);
    expect(on).toBeLessThan(0.7 * beside);
  });

  it.each([{ width: 8 }, { objects: 0 }, { objects: 17 }, { objects: 9, hardness: { distractors: 8 } }])(
    'refuses %p',
    (options) => {
      expect(() => clip(options)).toThrow(RangeError);
    },
  );
});

/** Mean difference of colour between pixels just inside and just outside an object, left and right. */
function contrast({ rgb, labels }: ClipFrame, id: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 3; i < labels.length - 3; i++) {
    if (labels[i] !== id || labels[i + 1] === id) continue;
    for (let c = 0; c < 3; c++) sum += Math.abs(rgb[(i - 2) * 3 + c] - rgb[(i + 3) * 3 + c]);
    count += 3;
  }
  return sum / count;
}
