/** Of how many letters one is allowed to be wrong. */
const LETTERS_PER_MISTAKE = 3;

/** The known name that was probably meant: the one that differs least, where that is little; case does not count. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(text.length / LETTERS_PER_MISTAKE));
  const byDistance = known.map((name) => ({ name, distance: distanceOf(text.toLowerCase(), name.toLowerCase()) }));
  const [best] = byDistance.filter(({ distance }) => distance <= most).sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** Letters to insert, remove, replace, or swap with the next one (optimal string alignment). */
function distanceOf(from: string, to: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = last[column - 1]! + Number(from[row - 1] !== to[column - 1]);
      next[column] = Math.min(replaced, last[column]! + 1, next[column - 1]! + 1);
      const isSwapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwapped) next[column] = Math.min(next[column]!, before[column - 2]! + 1);
    }
    [before, last] = [last, next];
  }
  return last[to.length]!;
}
