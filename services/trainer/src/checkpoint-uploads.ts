import path from 'node:path';
import type { Logger } from '@propago/runtime';
import type { Artifacts } from './artifacts.service';

interface Checkpoint {
  step: number;
  file: string;
}

/** Stores checkpoints one after the other; of those that wait only the newest. */
export class CheckpointUploads {
  private next: Checkpoint | undefined;
  private working: Promise<void> | undefined;
  /** Step of the newest one that was stored. */
  stored = -1;

  constructor(
    private readonly artifacts: Artifacts,
    private readonly runId: string,
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  /** @param name of a file in the folder */
  add(step: number, name: string): void {
    this.next = { step, file: path.join(this.folder, path.basename(name)) };
    this.working ??= this.work();
  }

  async done(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.next) {
      const { step, file } = this.next;
      this.next = undefined;
      try {
        await this.artifacts.storeCheckpoint(this.runId, step, file);
        this.stored = step;
      } catch (error) {
        // Without it more steps would be repeated after a crash, no more.
        this.logger.warn({ runId: this.runId, step, err: error }, 'a checkpoint is not stored');
      }
    }
    this.working = undefined;
  }
}
