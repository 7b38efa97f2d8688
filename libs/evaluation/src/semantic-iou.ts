import { type LabelFrame, requireSameSize } from './label-frame';

const VOID = 255;

/**
 * Intersection over union of semantic classes, over all pixels of all frames of all videos that were added: one confusion
 * matrix for a whole data set, as VIP is scored. Pixels that are void in the ground truth do not count.
 */
export class SemanticIou {
  /** classes x classes pixels: rows by ground truth, columns by prediction. */
  private readonly confusion: Float64Array;

  /** @param classes how many there are, the background, 0, included */
  constructor(private readonly classes: number) {
    this.confusion = new Float64Array(classes * classes);
  }

  /** @throws RangeError when the two differ in size, or a pixel is of no class */
  add(truth: LabelFrame, prediction: LabelFrame): void {
    requireSameSize(truth, prediction);
    for (let i = 0; i < truth.labels.length; i++) {
      const [expected, found] = [truth.labels[i]!, prediction.labels[i]!];
      if (expected === VOID) continue;
      if (expected >= this.classes || found >= this.classes) {
        throw new RangeError(`Expected classes below ${this.classes} but received ${Math.max(expected, found)}`);
      }
      this.confusion[expected * this.classes + found]!++;
    }
  }

  /** Adds what another one has counted. */
  merge(other: SemanticIou): void {
    other.confusion.forEach((pixels, i) => (this.confusion[i]! += pixels));
  }

  /** By class, 0..1; null for one that neither the ground truth nor a prediction has. The mean leaves these out. */
  result(): { perClass: (number | null)[]; mean: number } {
    const perClass = Array.from({ length: this.classes }, (_, id) => {
      let union = -this.confusion[id * this.classes + id]!;
      for (let other = 0; other < this.classes; other++) {
        union += this.confusion[id * this.classes + other]! + this.confusion[other * this.classes + id]!;
      }
      return union === 0 ? null : this.confusion[id * this.classes + id]! / union;
    });
    const known = perClass.filter((value) => value !== null);
    return { perClass, mean: known.reduce((sum, value) => sum + value, 0) / known.length };
  }
}
