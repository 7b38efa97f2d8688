import { moved, nextToPlace, pointAt, unplaced, withVisibility } from '../../services/web/src/points/place-points';
import { shapeOf, TEMPLATES, textOf } from '../../services/web/src/points/skeletons';

describe('key points that are placed', () => {
  it('are placed one after the other, the chosen one first', () => {
    let points = unplaced(['nose', 'ear', 'tail']);
    expect(nextToPlace(points, 'ear')).toBe('ear');
    points = moved(points, 'ear', [4, 5]);
    expect(nextToPlace(points, 'ear')).toBe('nose');
    points = moved(moved(points, 'nose', [1, 1]), 'tail', [9, 9]);
    expect(nextToPlace(points, undefined)).toBeUndefined();
    expect(points.map(({ state }) => state)).toEqual(['visible', 'visible', 'visible']);
  });

  it('are grasped within reach, the nearest one', () => {
    const points = moved(moved(unplaced(['a', 'b']), 'a', [0, 0]), 'b', [4, 0]);
    expect([pointAt(points, [1, 0], 3), pointAt(points, [3, 0], 3), pointAt(points, [20, 0], 3)]).toEqual([
      'a',
      'b',
      undefined,
    ]);
  });

  it('stay hidden when they are moved, and lose their place where they are not there', () => {
    const hidden = withVisibility(moved(unplaced(['a']), 'a', [1, 2]), 'a', 'hidden');
    expect(moved(hidden, 'a', [3, 4])[0]).toMatchObject({ x: 3, y: 4, state: 'hidden' });
    expect(withVisibility(hidden, 'a', 'absent')[0]).toMatchObject({ x: null, y: null, state: 'absent' });
    expect(withVisibility(unplaced(['a']), 'a', 'visible')[0]).toMatchObject({ state: 'absent' });
  });
});

describe('a skeleton that is written', () => {
  it.each(TEMPLATES.map(({ name, shape }) => [name, shape] as const))('reads as it was: %s', (_, shape) => {
    expect(shapeOf(textOf(shape))).toEqual(shape);
  });

  it.each([
    ['', '', 'Name at least one point.'],
    ['a\nb\na', '', 'There are two points called “a”.'],
    ['a\nb', 'a b', 'Expected a line as in “a - b”, not “a b”.'],
    ['a\nb', 'a - c', '“a - c” speaks of a point that is not there: “c”.'],
  ])('is refused with what is wrong: %j %j', (points, lines, problem) => {
    expect(shapeOf({ points, lines })).toBe(problem);
  });

  it('may have names with dashes and spaces', () => {
    expect(shapeOf({ points: ' left-ear \n tail tip', lines: 'left-ear - tail tip' })).toEqual({
      points: ['left-ear', 'tail tip'],
      skeleton: [['left-ear', 'tail tip']],
    });
  });
});
