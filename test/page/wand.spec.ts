import { LabelMap } from '../../services/web/src/paint/label-map';
import { likeColours } from '../../services/web/src/paint/wand';

/** Grey values as a picture. */
const picture = (values: number[], width: number) => ({
  data: Uint8ClampedArray.from(values.flatMap((value) => [value, value, value, 255])),
  width,
  height: values.length / width,
});

describe('the magic wand', () => {
  const image = picture([10, 12, 90, 10, 14, 10, 90, 11, 90, 90, 90, 12], 4);

  it('takes the connected pixels whose colours are near to that of the place', () => {
    expect([...likeColours(image, [0.5, 0.5], 4)!]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect([...likeColours(image, [3.9, 0.1], 4)!]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(likeColours(image, [0, 0], 255)!.every((inside) => inside === 1)).toBe(true);
  });

  it('takes nothing outside the picture', () => {
    expect(likeColours(image, [-0.1, 0], 9)).toBeUndefined();
    expect(likeColours(image, [4, 1], 9)).toBeUndefined();
  });

  it('paints as one step, and not over locked objects', () => {
    const map = new LabelMap(4, 3, Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), new Set([7]));
    map.begin();
    map.stamp(likeColours(image, [0, 0], 4)!, 2);
    expect(map.commit()).toBe(true);
    expect([...map.ids]).toEqual([7, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0]);
    map.undo();
    expect(map.ids.filter((id) => id === 2)).toHaveLength(0);
  });
});
