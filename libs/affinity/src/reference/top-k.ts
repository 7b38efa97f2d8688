/**
 * The k best candidates of one query under the total order: higher score, then higher id. An id is
 * position of the frame in the context x patches + patch index, so ties go to the later frame, then to the larger index.
 */
export class TopK {
  count = 0;
  readonly scores: Float64Array;
  readonly ids: Float64Array;

  constructor(private readonly k: number) {
    this.scores = new Float64Array(k);
    this.ids = new Float64Array(k);
  }

  clear(): void {
    this.count = 0;
  }

  /** No candidate below this score can enter. */
  get threshold(): number {
    return this.count < this.k ? -Infinity : this.scores[this.k - 1];
  }

  /** False if the candidate ranks behind all k, and is left out. */
  insert(score: number, id: number): boolean {
    const { scores, ids, k } = this;
    let at = this.count;
    if (at === k) {
      at--;
      if (!(score > scores[at] || (score === scores[at] && id > ids[at]))) return false;
    } else this.count++;
    while (at > 0 && (score > scores[at - 1] || (score === scores[at - 1] && id > ids[at - 1]))) {
      scores[at] = scores[at - 1];
      ids[at] = ids[at - 1];
      at--;
    }
    scores[at] = score;
    ids[at] = id;
    return true;
  }
}
