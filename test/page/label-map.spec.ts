import { LabelMap } from '../../services/web/src/paint/label-map';

/** Rows of digits, dots for background. */
const shown = ({ ids, width }: LabelMap): string[] =>
  Array.from({ length: ids.length / width }, (_, y) =>
    [...ids.subarray(y * width, (y + 1) * width)].map((id) => (id === 0 ? '.' : String(id))).join(''),
  );

const stroke = (map: LabelMap, work: () => void): boolean => {
  map.begin();
  work();
  return map.commit();
};

describe('LabelMap', () => {
  it('paints a round brush along a line, and cuts it at the edges', () => {
    const map = new LabelMap(7, 3);
    stroke(map, () => map.line([0, 1], [4, 1], 1, 2));
    expect(shown(map)).toEqual(['22222..', '222222.', '22222..']);
  });

  it('fills polygons by pixel centres', () => {
    const map = new LabelMap(5, 4);
    stroke(map, () =>
      map.polygon(
        [
          [1, 1],
          [4, 1],
          [4, 3],
          [1, 3],
        ],
        1,
      ),
    );
    expect(shown(map)).toEqual(['.....', '.111.', '.111.', '.....']);
  });

  it('does not paint over locked objects', () => {
    const map = new LabelMap(4, 1, Uint8Array.of(0, 5, 0, 0), new Set([5]));
    stroke(map, () => map.line([0, 0], [3, 0], 0.5, 1));
    expect(shown(map)).toEqual(['1511']);
  });

  it('fills what is enclosed, and never the open background', () => {
    const ring = Uint8Array.from([1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0].map(Number));
    const map = new LabelMap(4, 3, ring);
    expect(map.fill(3, 0, 1)).toBeUndefined();
    stroke(map, () => map.fill(1, 1, 1));
    expect(shown(map)).toEqual(['111.', '111.', '111.']);
  });

  it('does not run over from the end of one row to the start of the next', () => {
    const map = new LabelMap(3, 2, Uint8Array.of(0, 0, 2, 2, 0, 0));
    stroke(map, () => map.fill(2, 0, 3));
    expect(shown(map)).toEqual(['..3', '2..']);
  });

  it('goes back and forth stroke by stroke, to the byte', () => {
    const map = new LabelMap(20, 20);
    const states = [map.ids.slice()];
    for (let i = 1; i <= 5; i++) {
      stroke(map, () => map.line([i, 2 * i], [18 - i, 3 * i], i / 2, i));
      states.push(map.ids.slice());
    }
    for (let i = 4; i >= 0; i--) {
      map.undo();
      expect(map.ids).toEqual(states[i]);
    }
    expect(map.canUndo).toBe(false);
    for (let i = 1; i <= 5; i++) {
      map.redo();
      expect(map.ids).toEqual(states[i]);
    }
    expect(map.canRedo).toBe(false);
  });

  it('has no step for a stroke that changes nothing', () => {
    const map = new LabelMap(4, 4);
    expect(stroke(map, () => map.line([1, 1], [2, 2], 1, 0))).toBe(false);
    expect(map.canUndo).toBe(false);
  });
});
