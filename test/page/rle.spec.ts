import { decodeRle as serverDecodes, encodeRles } from '@propago/labels';
import { decodeRle, encodeRle } from '../../services/web/src/labels/rle';

/** Numbers that look like chance and are the same each time. */
function* chance(seed: number): Generator<number> {
  for (let state = seed; ;) yield (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

describe('run lengths of the page', () => {
  it.each([1, 2, 3, 4, 5, 6])('are those of the server, in both directions (%i)', (seed) => {
    const numbers = chance(seed);
    const next = () => numbers.next().value as number;
    const [width, height] = [1 + Math.floor(next() * 90), 1 + Math.floor(next() * 70)];
    const share = next();
    const labels = Uint8Array.from({ length: width * height }, () => (next() < share ? 7 : 0));
    const counts = encodeRle(labels, width, height, 7);
    expect(counts).toBe(encodeRles(labels, { width, height }, [7])[0]!.counts);
    const inside = serverDecodes({ size: [height, width], counts });
    expect(decodeRle(counts, width, height, 7)).toEqual(Uint8Array.from(inside, (is) => (is ? 7 : 0)));
  });
});
