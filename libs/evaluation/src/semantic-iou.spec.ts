import { scaleLabels } from '@propago/labels';
import golden from '../testing/golden-vip.json';
import { SemanticIou, type LabelFrame } from '.';

const SIDE = { width: 560, height: 560 };

const labelsOf = (rows: string[]) => ({
  width: rows[0]!.length,
  height: rows.length,
  labels: Uint8Array.from(rows.join(''), (letter) => letter.charCodeAt(0) - 'a'.charCodeAt(0)),
});
const scaled = ({ labels, ...size }: LabelFrame) => ({ ...SIDE, labels: scaleLabels(labels, size, SIDE) });
const row = (...labels: number[]) => ({ width: labels.length, height: 1, labels: Uint8Array.from(labels) });

describe('SemanticIou', () => {
  it('equals an independent implementation on frames of three sizes', () => {
    const iou = new SemanticIou(20);
    for (const { truth, prediction } of golden.frames) {
      iou.add(scaled(labelsOf(truth)), scaled(labelsOf(prediction)));
    }
    const { perClass, mean } = iou.result();
    expect(perClass).toEqual(golden.perClass);
    expect(mean).toBeCloseTo(golden.mean, 12);
  });

  it('counts all frames in one matrix, whichever object of it they were added to', () => {
    const [all, first, second] = [new SemanticIou(3), new SemanticIou(3), new SemanticIou(3)];
    first.add(row(0, 1, 1, 2), row(0, 1, 2, 2));
    all.add(row(0, 1, 1, 2), row(0, 1, 2, 2));
    second.add(row(0, 1), row(1, 1));
    all.add(row(0, 1), row(1, 1));
    first.merge(second);
    expect(first.result()).toEqual(all.result());
    expect(all.result().perClass).toEqual([1 / 2, 2 / 4, 1 / 2]);
  });

  it('leaves void pixels and classes that nothing has out', () => {
    const iou = new SemanticIou(4);
    iou.add(row(0, 255, 1), row(0, 2, 1));
    expect(iou.result()).toEqual({ perClass: [1, 1, null, null], mean: 1 });
  });

  it('refuses classes that there are not, and other sizes', () => {
    const iou = new SemanticIou(3);
    expect(() => iou.add(row(0, 3), row(0, 0))).toThrow('Expected classes below 3 but received 3');
    expect(() => iou.add(row(0, 1), row(0))).toThrow(RangeError);
  });
});
