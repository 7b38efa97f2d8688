import { drawnPoints } from '../../services/web/src/labels/keypoints';
import { coloursOf, hexOf, PALETTE } from '../../services/web/src/labels/palette';

const point = (name: string, state: 'visible' | 'hidden' | 'absent' | 'lost', x: number | null = 1) => ({
  name,
  x,
  y: x,
  confidence: 1,
  state,
});

describe('key points on the picture', () => {
  const points = [point('a', 'visible'), point('b', 'lost', 2), point('c', 'absent'), point('d', 'hidden', null)];

  it('are dots where there is a place, full where they are seen', () => {
    expect(drawnPoints({ id: 1, points }).dots).toEqual([
      { x: 1, y: 1, isSeen: true },
      { x: 2, y: 2, isSeen: false },
    ]);
  });

  it('are joined where both ends have a place', () => {
    const skeleton = [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'd'],
      ['a', 'nowhere'],
    ];
    const { lines } = drawnPoints({ id: 1, points }, skeleton);
    expect(lines.map(({ from, to, isSeen }) => [from.x, to.x, isSeen])).toEqual([[1, 2, false]]);
  });
});

describe('colours of a run', () => {
  it('are those of its objects, and for all others those of the page', () => {
    const colours = coloursOf([{ id: 3, colour: '#e01b24' }]);
    expect(hexOf(colours[3]!)).toBe('#e01b24');
    expect(colours[4]).toBe(PALETTE[4]);
    expect(colours).toHaveLength(256);
  });
});
