import { CodedError, type EncoderInstanceState } from '@propago/contracts';
import type { EncoderProcess } from '@propago/encoder';
import { untilAborted } from './until-aborted';

/** A loaded encoder as a slot sees it. */
export type ServedEncoder = Pick<EncoderProcess, 'card' | 'encode' | 'close' | 'ended'> &
  Partial<Pick<EncoderProcess, 'plan'>>;

/** One encoder version in this worker, from its loading to its end. */
export class EncoderSlot {
  private current: EncoderInstanceState = 'LOADING';
  private why: CodedError | undefined;
  private users = 0;
  private idle: (() => void) | undefined;
  private readonly opening: Promise<ServedEncoder>;
  /** Of this process's clock, ms. */
  lastUsedAt = performance.now();
  failedAt = 0;

  /**
   * @param open starts loading at once
   * @param changed is told of every change of state
   */
  constructor(
    readonly sha256: string,
    open: () => Promise<ServedEncoder>,
    private readonly changed: () => void,
  ) {
    this.opening = open();
    this.opening.then(
      (encoder) => {
        this.enter('WARMING');
        void encoder.ended.then((how) =>
          this.fail(new CodedError('ENCODER_FAILED', `The encoder’s process ended (${how}).`)),
        );
      },
      (error: unknown) => this.fail(error),
    );
  }

  get state(): EncoderInstanceState {
    return this.current;
  }

  /** Why it failed, for people. */
  get reason(): string | null {
    return this.why ? `${this.why.code}: ${this.why.message}` : null;
  }

  /** Whether nobody waits for it. */
  get isIdle(): boolean {
    return this.users === 0;
  }

  /**
   * Lends the encoder, as soon as it is there. Work that went well is as good a proof as a warm-up.
   * @param signal ends the loan at once, whatever the encoder still does
   * @throws what loading or the work throws, or the signal's reason
   */
  async use<T>(work: (encoder: ServedEncoder) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.users++;
    this.lastUsedAt = performance.now();
    try {
      const working = this.opening.then(work);
      const result = await (signal ? untilAborted(working, signal) : working);
      if (this.current === 'WARMING') this.enter('LOADED');
      return result;
    } finally {
      this.users--;
      this.lastUsedAt = performance.now();
      if (this.users === 0) this.idle?.();
    }
  }

  /** @param run what must go well before the encoder counts as loaded; resolves in any case */
  async warmUp(run: (encoder: ServedEncoder) => Promise<void>): Promise<void> {
    try {
      await this.use(run);
    } catch (error) {
      this.fail(error);
      await this.close();
    }
  }

  /** Waits for those who use it, then ends it. */
  async drain(): Promise<void> {
    if (this.current !== 'FAILED') this.enter('DRAINING');
    if (this.users > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    await this.close();
  }

  private async close(): Promise<void> {
    await this.opening.then((encoder) => encoder.close()).catch(() => {});
  }

  private fail(error: unknown): void {
    if (this.current === 'FAILED' || this.current === 'DRAINING') return;
    this.why = error instanceof CodedError ? error : new CodedError('ENCODER_FAILED', String(error));
    this.failedAt = performance.now();
    this.enter('FAILED');
  }

  private enter(state: EncoderInstanceState): void {
    this.current = state;
    this.changed();
  }
}
