/** A point in pixels. */
export interface Place {
  x: number;
  y: number;
}

/** Shares of points that were found, 0..1. */
export interface Pck {
  alpha: number;
  /** Mean over the points that are scored at all; NaN where none is. */
  mean: number;
  /** By point; NaN of one that the ground truth never shows. */
  perPoint: number[];
}

/** The size of a person, relative to the diagonal of the box round its points. */
const BOX_SHARE = 0.6;

/**
 * PCK as it is scored on JHMDB: a point counts as found when its distance to the ground truth is at most alpha times 0.6
 * times the diagonal of the box round the visible points of the ground truth on that frame. Per point over all frames that
 * were added, whatever clip they are of, then the mean over the points. Whoever adds frames leaves out the prompted ones.
 */
export class PckScore {
  private readonly found: number[][];
  private readonly scored: number[];

  /** @param points how many there are on each frame */
  constructor(
    private readonly points: number,
    private readonly alphas: readonly number[] = [0.1, 0.2],
  ) {
    this.found = alphas.map(() => new Array<number>(points).fill(0));
    this.scored = new Array<number>(points).fill(0);
  }

  /**
   * Adds one object on one frame. A frame on which fewer than two points are visible has no size, and is not scored.
   * @param truth by point; null: not visible, and not scored
   * @param prediction by point; null: not found
   * @throws RangeError for another number of points
   */
  add(truth: readonly (Place | null)[], prediction: readonly (Place | null)[]): void {
    if (truth.length !== this.points || prediction.length !== this.points) {
      throw new RangeError(`Expected ${this.points} points but received ${truth.length} and ${prediction.length}`);
    }
    const size = BOX_SHARE * diagonalOf(truth);
    if (!(size > 0)) return;
    truth.forEach((place, point) => {
      if (!place) return;
      this.scored[point]!++;
      const guess = prediction[point];
      if (!guess) return;
      const distance = Math.hypot(guess.x - place.x, guess.y - place.y) / size;
      this.alphas.forEach((alpha, i) => (this.found[i]![point]! += distance <= alpha ? 1 : 0));
    });
  }

  /** One for each alpha. */
  result(): Pck[] {
    return this.alphas.map((alpha, i) => {
      const perPoint = this.found[i]!.map((found, point) => found / this.scored[point]!);
      const known = perPoint.filter((share) => !Number.isNaN(share));
      return { alpha, mean: known.reduce((sum, share) => sum + share, 0) / known.length, perPoint };
    });
  }
}

function diagonalOf(places: readonly (Place | null)[]): number {
  const seen = places.filter((place) => place !== null);
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  return seen.length < 2 ? 0 : Math.hypot(span(seen.map(({ x }) => x)), span(seen.map(({ y }) => y)));
}
