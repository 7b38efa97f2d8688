import { contextEntries, groupEntries, needed } from './context';
import { AffinitySession, KernelSession, Propagation, PropagateOptions } from './engine';
import { AffinityInputError, expected } from './errors';
import { checkFeatureArray, checkLabels, Features } from './features';
import { halfWidths, pairsWithin, unrestricted } from './neighbourhood';
import { AffinityParameters, AffinityShape, checkParameters, checkShape } from './parameters';

/** Arguments, order and lifetime of the context, which are the same for every backend; the numbers are the kernel's. */
export class ContextSession implements AffinitySession {
  private readonly frames = new Set<number>();
  private last: Promise<unknown> = Promise.resolve();
  private next = 1;
  private closed = false;
  private readonly kernel: KernelSession;
  /** Pairs of patches of two frames, inside the neighbourhood and in all. */
  private readonly nearPairs: number;
  private readonly allPairs: number;

  constructor(
    private readonly shape: AffinityShape,
    private readonly parameters: AffinityParameters,
    createKernel: (shape: AffinityShape, parameters: AffinityParameters) => KernelSession,
  ) {
    checkShape(shape);
    checkParameters(parameters);
    this.nearPairs = pairsWithin(halfWidths(parameters.neighbourhood, shape.grid), shape.grid);
    this.allPairs = pairsWithin(unrestricted(shape.grid), shape.grid);
    this.kernel = createKernel(shape, parameters);
  }

  addContext(frame: number, features: Features, labels: Float32Array): void {
    this.assertOpen();
    if (!Number.isInteger(frame) || frame < 0) throw expected('an integer of at least 0', 'frame', frame);
    checkFeatureArray(features, this.shape);
    checkLabels(labels, this.shape);
    this.kernel.add(frame, features, labels);
    this.frames.add(frame);
  }

  propagate(target: number, features: Features, options: PropagateOptions = {}): Promise<Propagation> {
    const turn = this.last.then(() => this.propagateNow(target, features, options));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.frames.clear();
    this.kernel.close();
  }

  private async propagateNow(target: number, features: Features, options: PropagateOptions): Promise<Propagation> {
    this.assertOpen();
    options.signal?.throwIfAborted();
    const entries = options.context ?? contextEntries(target, this.parameters);
    if (target < this.next) throw expected(`an integer of at least ${this.next}`, 'target', target);
    checkFeatureArray(features, this.shape);
    const missing = entries.find(({ frame }) => !this.frames.has(frame));
    if (missing) {
      const message = `Frame ${target} needs frame ${missing.frame} as context, which has not been added`;
      throw new AffinityInputError('OPTION_OUT_OF_RANGE', message);
    }
    const groups = groupEntries(entries);
    const outcome = await this.kernel.run(target, groups, features, options);
    if (!this.closed) this.dropBefore(target + 1);
    const candidates = groups.reduce((sum, { restricted }) => sum + (restricted ? this.nearPairs : this.allPairs), 0);
    return { ...outcome, candidates };
  }

  private dropBefore(next: number): void {
    this.next = next;
    const { from, first } = needed(next, this.parameters);
    for (const frame of this.frames) {
      if (frame === 0 ? first : frame >= from) continue;
      this.frames.delete(frame);
      this.kernel.drop(frame);
    }
  }

  private assertOpen(): void {
    if (this.closed) throw new AffinityInputError('OPTION_OUT_OF_RANGE', 'The affinity session is closed');
  }
}
