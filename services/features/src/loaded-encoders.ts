import { CodedError, type EncoderInstanceState } from '@propago/contracts';
import { EncoderSlot, type ServedEncoder } from './encoder-slot';

/** An encoder that could not be loaded, and that aliases name, is tried again after this time. */
const RETRY_MS = 30_000;

export interface LoadedEncodersOptions {
  /** Loads a version. */
  open: (sha256: string) => Promise<ServedEncoder>;
  /** What a version must do before it counts as loaded. */
  warmUp: (encoder: ServedEncoder) => Promise<void>;
  /** Versions at once; while one replaces another there is one more. At least 2. */
  most: number;
  /** Is told of every change of state. */
  changed: () => void;
}

/** What a worker has of one version. */
export interface EncoderReport {
  sha256: string;
  state: EncoderInstanceState;
  reason: string | null;
}

/**
 * The encoder versions of this worker. Those that are kept are loaded before anybody asks for them; any other one is
 * loaded when a job needs it, and goes when no run needs it any more or when it is the least recently used one too many.
 */
export class LoadedEncoders {
  private readonly slots = new Map<string, EncoderSlot>();
  private readonly draining = new Map<EncoderSlot, Promise<void>>();
  private kept: readonly string[] = [];
  private closed = false;

  constructor(private readonly options: LoadedEncodersOptions) {}

  /** Lends a version, loaded first if need be; see `EncoderSlot.use`. @throws as that */
  async use<T>(sha256: string, work: (encoder: ServedEncoder) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.slots.get(sha256);
    const slot = before && before.state !== 'FAILED' ? before : this.load(sha256);
    try {
      return await slot.use(work, signal);
    } finally {
      this.dropSurplus();
    }
  }

  /**
   * Loads and warms up what is to be kept, the most important first, and only then lets go of what nobody wants any
   * more: what cannot be loaded takes nothing away.
   * @param wanted digests; one place stays free for versions that jobs ask for
   * @param needed digests that are not loaded ahead, but stay if they are there
   */
  async keep(wanted: readonly string[], needed: readonly string[]): Promise<void> {
    const isFailed = (sha256: string) => this.slots.get(sha256)?.state === 'FAILED';
    /** What cannot be loaded leaves its place to the next. */
    const choose = () => {
      let places = this.options.most - 1;
      this.kept = wanted.filter((sha256) => (isFailed(sha256) ? places > 0 : places-- > 0));
    };
    choose();
    for (const sha256 of wanted) {
      if (this.closed) return;
      if (!this.kept.includes(sha256)) continue;
      let slot = this.slots.get(sha256);
      if (!slot || (slot.state === 'FAILED' && isOld(slot))) slot = this.load(sha256);
      if (slot.state === 'LOADING' || slot.state === 'WARMING') await slot.warmUp(this.options.warmUp);
      choose();
    }
    for (const slot of this.unkept()) {
      const unwanted = !needed.includes(slot.sha256);
      if (slot.state === 'FAILED' ? isOld(slot) : unwanted) this.drop(slot);
    }
    this.dropSurplus();
  }

  /** Every version that this worker has, or has in vain tried to load. */
  report(): EncoderReport[] {
    const slots = [...this.draining.keys(), ...this.slots.values()];
    // A version that is loaded again while it drains is what its new slot says.
    const bySha256 = new Map(slots.map((slot) => [slot.sha256, slot]));
    return [...bySha256.values()].map(({ sha256, state, reason }) => ({ sha256, state, reason }));
  }

  /** Loads nothing any more; resolves when all are gone. */
  async close(): Promise<void> {
    this.closed = true;
    for (const slot of this.slots.values()) this.drop(slot);
    await Promise.all(this.draining.values());
  }

  private load(sha256: string): EncoderSlot {
    if (this.closed) throw new CodedError('SERVICE_UNAVAILABLE', 'This worker is shutting down.');
    const slot = new EncoderSlot(sha256, () => this.options.open(sha256), this.options.changed);
    this.slots.set(sha256, slot);
    this.options.changed();
    return slot;
  }

  /** Slots that may go, the least recently used first. */
  private unkept(): EncoderSlot[] {
    return [...this.slots.values()]
      .filter(({ sha256, isIdle }) => isIdle && !this.kept.includes(sha256))
      .sort((a, b) => a.lastUsedAt - b.lastUsedAt);
  }

  private dropSurplus(): void {
    const running = (slot: EncoderSlot) => slot.state !== 'FAILED';
    const surplus = [...this.slots.values()].filter(running).length - this.options.most;
    if (surplus > 0) for (const slot of this.unkept().filter(running).slice(0, surplus)) this.drop(slot);
  }

  private drop(slot: EncoderSlot): void {
    if (this.slots.get(slot.sha256) === slot) this.slots.delete(slot.sha256);
    const gone = slot.drain().finally(() => {
      this.draining.delete(slot);
      this.options.changed();
    });
    this.draining.set(slot, gone);
  }
}

/** Whether a failed load is worth another try, or need not be told of any more. */
function isOld({ failedAt }: EncoderSlot): boolean {
  return performance.now() - failedAt > RETRY_MS;
}
