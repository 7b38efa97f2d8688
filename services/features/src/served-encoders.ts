import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { blobKeys, CodedError } from '@propago/contracts';
import { Database } from '@propago/database';
import { EncoderProcess, encoderCardSchema } from '@propago/encoder';
import { CONFIG, LOGGER, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { EncoderInstances } from './encoder-instances';
import type { ServedEncoder } from './encoder-slot';
import { LoadedEncoders } from './loaded-encoders';
import { warmUp } from './warm-up';

/** The encoder versions that this worker serves, each in a process of its own, and their rows in Postgres. */
@Injectable()
export class ServedEncoders implements OnApplicationShutdown {
  private readonly loaded: LoadedEncoders;
  private readonly instances: EncoderInstances;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'features'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
    database: Database,
    registry: Registry,
  ) {
    const sizes = warmUpSizes(config.WARMUP_SIZES);
    this.loaded = new LoadedEncoders({
      open: (sha256) => this.open(sha256),
      warmUp: (encoder) => warmUp(encoder, sizes, this.threads ?? 1),
      most: config.MAX_LOADED_ENCODERS,
      changed: () => void this.beat(),
    });
    this.instances = new EncoderInstances(database, () => this.loaded.report());
    const { loaded } = this;
    new Gauge({
      name: 'propago_encoders',
      help: 'Encoder versions of this worker, by state.',
      labelNames: ['state', 'sha256'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { state, sha256 } of loaded.report()) this.inc({ state, sha256 });
      },
    });
  }

  /** Lends a version; see `EncoderSlot.use`. @throws CodedError that names it, or the signal's reason */
  async use<T>(sha256: string, work: (encoder: ServedEncoder) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await this.loaded.use(sha256, work, signal);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      throw new CodedError(error.code, `Encoder ${sha256.slice(0, 12)}: ${error.message}`, { cause: error });
    }
  }

  /** See `LoadedEncoders.keep`. */
  keep(wanted: readonly string[], needed: readonly string[]): Promise<void> {
    return this.loaded.keep(wanted, needed);
  }

  /** Says that this worker lives, and what it has. Postgres may be away: the next beat comes. */
  async beat(): Promise<void> {
    try {
      await this.instances.write();
    } catch (error) {
      this.logger.warn({ err: error }, 'encoder instances not written');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loaded.close();
    await this.beat();
  }

  /** Elsewhere the encoder knows better. */
  private get threads(): number | undefined {
    return this.config.EXECUTION_PROVIDER === 'cpu' ? this.config.ENCODER_THREADS : undefined;
  }

  private async open(sha256: string): Promise<ServedEncoder> {
    const start = performance.now();
    const card = encoderCardSchema.parse(
      JSON.parse((await this.storage.get(blobKeys.encoderCard(sha256))).toString('utf8')),
    );
    const { EXECUTION_PROVIDER: provider, DEVICE_ID: deviceId, ENCODER_BATCH } = this.config;
    const batch = provider === 'cpu' || ENCODER_BATCH === 0 ? undefined : Math.min(ENCODER_BATCH, card.maxBatch ?? 64);
    const encoder = await this.storage.withLocalFile(blobKeys.encoderModel(sha256), (path) =>
      EncoderProcess.open({ path, card, provider, deviceId, workers: this.threads, intraOpThreads: 1, batch }),
    );
    const ms = Math.round(performance.now() - start);
    const about = { encoder: card.name, sha256, process: encoder.pid };
    this.logger.info({ ...about, ms, ...encoder.plan }, 'encoder loaded');
    void encoder.ended.then((how) => {
      if (!encoder.isClosing) this.logger.warn({ ...about, how }, 'encoder process ended by itself');
    });
    return encoder;
  }
}

/** `854x480,1280x720` or `none`. */
function warmUpSizes(text: string): { width: number; height: number }[] {
  if (text === 'none') return [];
  return text.split(',').map((size) => {
    const [width, height] = size.split('x').map(Number);
    return { width: width!, height: height! };
  });
}
