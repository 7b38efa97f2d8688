import type { Database } from '@propago/database';
import type { Logger } from '@propago/runtime';

/** Writes what a validation is doing to its version, one phase after the other. A phase that cannot be written is skipped. */
export class PhaseWriter {
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly which: { name: string; version: number },
  ) {}

  say(phase: string): void {
    const where = { ...this.which, state: 'VALIDATING', deletedAt: null };
    this.writing = this.writing
      .then(() => this.database.modelVersion.updateMany({ where, data: { phase } }))
      .catch((error: unknown) => this.logger.warn({ ...this.which, phase, err: error }, 'phase not written'));
  }

  /** Resolves when no phase is on its way any more: the verdict comes after all of them. */
  async end(): Promise<void> {
    await this.writing;
  }
}
