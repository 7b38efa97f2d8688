import { fillRings, type Ring } from './polygons';

const shown = (rings: Ring[], width: number, height: number): string[] => {
  const inside = fillRings(rings, { width, height });
  return Array.from({ length: height }, (_, y) => [...inside.subarray(y * width, (y + 1) * width)].join(''));
};
const box = (x: number, y: number, width: number, height: number): Ring => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];

/** Crossings to the left of a point, ring by ring: the definition of even-odd, written out. */
function isInside(rings: readonly Ring[], x: number, y: number): boolean {
  let crossings = 0;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      const [[ax, ay], [bx, by]] = [ring[i]!, ring[(i + 1) % ring.length]!] as [[number, number], [number, number]];
      if (ay <= y === by <= y) continue;
      if (ax + ((y - ay) / (by - ay)) * (bx - ax) <= x) crossings++;
    }
  }
  return crossings % 2 === 1;
}

describe('fillRings', () => {
  it('fills the pixels whose centre is inside', () => {
    expect(shown([box(1, 1, 3, 2)], 5, 4)).toEqual(['00000', '01110', '01110', '00000']);
    expect(shown([box(0.6, 0.4, 2, 1)], 4, 2)).toEqual(['0110', '0000']);
  });

  it('leaves a hole where a ring lies inside another one', () => {
    expect(shown([box(0, 0, 5, 4), box(1, 1, 2, 2)], 5, 4)).toEqual(['11111', '10011', '10011', '11111']);
  });

  it('cuts off what lies outside the picture', () => {
    expect(shown([box(-10, -10, 12, 12)], 4, 3)).toEqual(['1100', '1100', '0000']);
    expect(shown([box(-10, -10, 100, 100)], 3, 2)).toEqual(['111', '111']);
    expect(shown([box(8, 8, 3, 3)], 3, 2)).toEqual(['000', '000']);
  });

  it('agrees with the definition on random stars that cross themselves', () => {
    let state = 1;
    const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let trial = 0; trial < 50; trial++) {
      const rings = Array.from({ length: 1 + Math.floor(next() * 3) }, () =>
        Array.from({ length: 3 + Math.floor(next() * 8) }, () => [next() * 40 - 8, next() * 30 - 6]),
      );
      const inside = fillRings(rings, { width: 24, height: 18 });
      const wanted = inside.map((_, i) => Number(isInside(rings, (i % 24) + 0.5, Math.floor(i / 24) + 0.5)));
      expect(inside).toEqual(wanted);
    }
  });
});
