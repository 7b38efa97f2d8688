import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import { blobKeys, CodedError } from '@propago/contracts';
import { encoderCardSchema, openEncoder, type Encoder, type EncoderCard } from '@propago/encoder';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';

const KEPT_OPEN = 2;

/** Loaded encoders by digest: one load for many callers, the least recently used is closed, a failed load is forgotten. */
@Injectable()
export class OpenEncoders implements OnApplicationShutdown {
  private readonly encoders = new Map<string, Promise<Encoder>>();

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'features'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
  ) {}

  async get(sha256: string): Promise<Encoder> {
    let encoder = this.encoders.get(sha256);
    this.encoders.delete(sha256);
    encoder ??= this.open(sha256);
    this.encoders.set(sha256, encoder);
    encoder.catch(() => this.encoders.delete(sha256));
    await this.closeSurplus();
    return encoder;
  }

  async onApplicationShutdown(): Promise<void> {
    const open = [...this.encoders.values()];
    this.encoders.clear();
    await Promise.all(open.map((encoder) => encoder.then((loaded) => loaded.close()).catch(() => {})));
  }

  private async open(sha256: string): Promise<Encoder> {
    const card = parseCard(await this.storage.get(blobKeys.encoderCard(sha256)));
    const { EXECUTION_PROVIDER, DEVICE_ID, ENCODER_THREADS } = this.config;
    return this.storage.withLocalFile(blobKeys.encoderModel(sha256), (path) =>
      openEncoder({
        path,
        card,
        provider: EXECUTION_PROVIDER,
        deviceId: DEVICE_ID,
        workers: EXECUTION_PROVIDER === 'cpu' ? ENCODER_THREADS : 1,
        intraOpThreads: 1,
      }),
    );
  }

  private async closeSurplus(): Promise<void> {
    const surplus = [...this.encoders.entries()].slice(0, -KEPT_OPEN);
    for (const [sha256, encoder] of surplus) {
      this.encoders.delete(sha256);
      await encoder.then((loaded) => loaded.close()).catch(() => {});
    }
  }
}

function parseCard(bytes: Buffer): EncoderCard {
  return encoderCardSchema.parse(JSON.parse(bytes.toString('utf8')));
}

/** A failure of the encoder that a run should name its encoder in. */
export function withEncoder(error: unknown, sha256: string): unknown {
  if (!(error instanceof CodedError)) return error;
  return new CodedError(error.code, `Encoder ${sha256.slice(0, 12)}: ${error.message}`, { cause: error });
}
