import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { CodedError } from '@propago/contracts';
import { floorOf, type StorageSpace } from '@propago/storage';
import { inWords } from './bytes';
import type { ServiceConfig } from './config';
import { Rounds } from './rounds';
import { CONFIG, LOGGER, STORAGE, type BlobStore, type Logger } from './tokens';

const LOOK_EVERY_MS = 15_000;

/** Whether the last write of this process found room: all that is known of a storage that does not say what is free. */
export class LastWrite {
  hadRoom = true;
}

/** How much room the storage has: for uploads, health, metrics and the log. */
@Injectable()
export class StorageRoom implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds;
  private shortage: string | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: ServiceConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly lastWrite: LastWrite,
    registry: Registry,
  ) {
    const name = 'look at the room of the storage';
    this.rounds = new Rounds(() => this.report(), { name, everyMs: LOOK_EVERY_MS, logger });
    this.exportGauges(registry);
  }

  onApplicationBootstrap(): void {
    this.rounds.start({ atOnce: true });
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  /**
   * @param bytes of an upload that is about to begin, as far as it says so
   * @throws CodedError STORAGE_FULL when it would leave less free than the floor
   */
  async assertRoomFor(bytes = 0): Promise<void> {
    const space = await this.storage.space();
    if (!space || space.free - bytes >= this.floorOf(space)) return;
    const { free, total } = space;
    const upload = bytes > 0 ? ` The upload has ${inWords(bytes)}.` : '';
    throw new CodedError(
      'STORAGE_FULL',
      `The storage has ${inWords(free)} free of ${inWords(total)}, and uploads must leave ` +
        `${inWords(this.floorOf(space))} of it free.${upload} Send it again when runs were deleted or room was added.`,
    );
  }

  /** What is short, in words; undefined where there is room. @throws what the storage throws that cannot be asked */
  async shortageNow(): Promise<string | undefined> {
    const space = await this.storage.space();
    if (!space) return this.lastWrite.hadRoom ? undefined : 'the last write found no room';
    if (space.free > 0 && space.free >= this.floorOf(space)) return undefined;
    return `${inWords(space.free)} free of ${inWords(space.total)}, uploads are refused`;
  }

  private floorOf(space: StorageSpace): number {
    return floorOf(space, this.config.STORAGE_MIN_FREE_BYTES);
  }

  /** One line in the log when room runs short, and one when there is room again. */
  private async report(): Promise<void> {
    const shortage = await this.shortageNow();
    if (shortage && !this.shortage) this.logger.warn(`the storage runs short of room: ${shortage}`);
    if (!shortage && this.shortage) this.logger.info('the storage has room again');
    this.shortage = shortage;
  }

  private exportGauges(registry: Registry): void {
    const { storage } = this;
    const ofSpace = (name: string, help: string, read: (space: StorageSpace) => number) =>
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          const space = await storage.space().catch(() => null);
          // What nobody can say is no number.
          if (space) this.set(read(space));
          else this.remove();
        },
      });
    ofSpace('propago_storage_free_bytes', 'Free bytes of the storage; not there for S3.', ({ free }) => free);
    ofSpace('propago_storage_total_bytes', 'Size of the storage; not there for S3.', ({ total }) => total);
    const isShort = () => this.shortageNow().then(Boolean, () => false);
    new Gauge({
      name: 'propago_storage_full',
      help: '1 while uploads are refused because the storage has too little room, or a write found none.',
      registers: [registry],
      async collect() {
        this.set(Number(await isShort()));
      },
    });
  }
}
