import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { LOGGER, STORAGE, type BlobStore, type Logger } from '@propago/runtime';

const SWEEP_EVERY_MS = 10 * 60_000;
/** An upload is checked and moved within seconds of its end; one that lies so long belongs to a gateway that died. */
const FORGOTTEN_MS = 3600_000;

/** Removes uploads whose gateway died before it had answered. */
@Injectable()
export class UploadSweepService implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS);
    void this.sweep();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      for await (const { key, modified } of this.storage.list('uploads/')) {
        if (Date.now() - modified.getTime() > FORGOTTEN_MS) await this.storage.delete(key);
      }
      await this.storage.sweep(FORGOTTEN_MS);
    } catch (error) {
      // Storage is away; the next sweep comes.
      this.logger.warn({ err: error }, 'sweep of uploads');
    }
  }
}
