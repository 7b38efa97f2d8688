import { drawKeypoints } from './draw-keypoints';

const WIDTH = 40;
const HEIGHT = 30;
const RED = [200, 0, 0] as const;

function drawn(objects: Parameters<typeof drawKeypoints>[2]) {
  const rgb = Buffer.alloc(WIDTH * HEIGHT * 3);
  drawKeypoints(rgb, WIDTH, objects);
  return (x: number, y: number) => [...rgb.subarray((y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3)];
}

describe('drawKeypoints', () => {
  it('fills dots of points that are seen, and draws a ring of others', () => {
    const dots = [
      { x: 10.5, y: 10.5, isHollow: false },
      { x: 30.5, y: 10.5, isHollow: true },
    ];
    const at = drawn([{ colour: RED, dots, lines: [] }]);
    expect(at(10, 10)).toEqual([...RED]);
    expect(at(30, 10)).toEqual([0, 0, 0]);
    expect(at(32, 10)).toEqual([...RED]);
    expect(at(13, 10)).toEqual([255, 255, 255]);
    expect(at(20, 25)).toEqual([0, 0, 0]);
  });

  it('joins points by lines', () => {
    const at = drawn([
      {
        colour: RED,
        dots: [],
        lines: [
          [
            { x: 5, y: 5.5 },
            { x: 35, y: 5.5 },
          ],
        ],
      },
    ]);
    expect(at(20, 5)).toEqual([...RED]);
    expect(at(20, 9)).toEqual([0, 0, 0]);
  });

  it('cuts off what is outside the picture', () => {
    const dots = [
      { x: 0, y: 0, isHollow: false },
      { x: -500, y: 9000, isHollow: false },
      { x: WIDTH, y: HEIGHT, isHollow: true },
    ];
    const at = drawn([
      {
        colour: RED,
        dots,
        lines: [
          [
            { x: -500, y: 0.5 },
            { x: 500, y: 0.5 },
          ],
        ],
      },
    ]);
    expect(at(0, 0)).toEqual([...RED]);
    expect(at(20, 0)).toEqual([...RED]);
  });
});
