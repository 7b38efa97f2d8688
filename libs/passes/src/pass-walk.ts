import type { AffinitySession, Features, PropagateOptions, Propagation } from '@propago/affinity';

/** The soft labels of one step, with what the kernel did for them; nothing where they were given. */
export interface Step {
  /** patches x classes */
  labels: Float32Array;
  propagation?: Propagation;
}

/**
 * Walks one pass frame by frame: the prompted frame has the labels of its prompt, every later step has those that its
 * context gives. The one driver of all that propagates labels: the service, the gate of encoders, the benchmarks.
 */
export class PassWalk {
  /**
   * @param session has the context of the step, and nothing else
   * @param step the next one; 0 is the prompted frame
   */
  constructor(
    readonly session: AffinitySession,
    private place = 0,
  ) {}

  /** The step that `next` labels. */
  get step(): number {
    return this.place;
  }

  /**
   * Labels the next frame and makes it context of those that follow.
   *
   * @param features patches x dim of that frame
   * @param prompt gives the labels of the prompted frame; asked at step 0 only
   * @throws AffinityInputError
   */
  async next(features: Features, prompt: () => Promise<Float32Array>, options?: PropagateOptions): Promise<Step> {
    const step = await this.label(features, prompt, options);
    this.session.addContext(this.place, features, step.labels);
    this.place++;
    return step;
  }

  private async label(
    features: Features,
    prompt: () => Promise<Float32Array>,
    options?: PropagateOptions,
  ): Promise<Step> {
    if (this.place === 0) return { labels: await prompt() };
    const propagation = await this.session.propagate(this.place, features, options);
    return { labels: propagation.labels, propagation };
  }
}
