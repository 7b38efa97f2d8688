/** Jaccard of each object of two pictures of ids, in the order of `objects`; null where an object is in neither. */
export function agreement(
  one: Uint8Array,
  other: Uint8Array,
  objects: readonly number[],
): { object: number; jaccard: number | null }[] {
  const [inOne, inOther, inBoth] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i]!, other[i]!];
    inOne[a]!++;
    inOther[b]!++;
    if (a === b) inBoth[a]!++;
  }
  return objects.map((object) => {
    const union = inOne[object]! + inOther[object]! - inBoth[object]!;
    return { object, jaccard: union === 0 ? null : inBoth[object]! / union };
  });
}

/** Mean over the objects that are in at least one of the pictures; 1 where none is. */
export function meanOf(agreements: readonly { jaccard: number | null }[]): number {
  const known = agreements.flatMap(({ jaccard }) => jaccard ?? []);
  return known.length === 0 ? 1 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
