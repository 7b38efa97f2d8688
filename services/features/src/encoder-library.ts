import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { blobKeys, CodedError } from '@propago/contracts';
import { encoderCardSchema, loadEncoderCard, type EncoderCard } from '@propago/encoder';
import { CONFIG, LOGGER, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';

/** The encoder that a clone with nothing else serves; see encoders/colour-descriptor. */
const SHIPPED = path.resolve(__dirname, '../../../../encoders/colour-descriptor.onnx');

/**
 * The encoders that this platform knows: those of the configuration are put into storage at start, where every
 * features worker finds them by their digest, also after the configuration has moved on.
 */
@Injectable()
export class EncoderLibrary implements OnModuleInit {
  private configured: EncoderCard[] = [];

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'features'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    const files = this.config.ENCODERS.split(',').map((file) => file.trim());
    for (const file of [...files, SHIPPED].filter(Boolean)) this.configured.push(await this.import(file));
  }

  /**
   * @param wanted name, sha256 or unique prefix of a sha256; the first configured encoder when absent
   * @throws CodedError ENCODER_UNKNOWN that lists what is known
   */
  async find(wanted?: string): Promise<EncoderCard> {
    if (wanted === undefined) return this.configured[0]!;
    const byName = this.configured.find(({ name }) => name === wanted);
    if (byName) return byName;
    const cards = await this.stored();
    const matches = /^[0-9a-f]{6,64}$/.test(wanted) ? cards.filter(({ sha256 }) => sha256.startsWith(wanted)) : [];
    if (matches.length === 1) return matches[0]!;
    const known = cards.map(({ name, sha256 }) => `${name} (${sha256.slice(0, 12)})`).join(', ');
    const why = matches.length > 1 ? `'${wanted}' stands for several encoders` : `There is no encoder '${wanted}'`;
    throw new CodedError('ENCODER_UNKNOWN', `${why}; known are ${known}.`);
  }

  private async stored(): Promise<EncoderCard[]> {
    const cards: EncoderCard[] = [];
    for await (const { key } of this.storage.list('encoders/')) {
      if (key.endsWith('/card.json')) cards.push(parseCard(await this.storage.get(key)));
    }
    return cards;
  }

  private async import(file: string): Promise<EncoderCard> {
    const card = await loadEncoderCard(file);
    const { sha256 } = card;
    if (!(await this.storage.stat(blobKeys.encoderModel(sha256)))) {
      await this.storage.putStream(blobKeys.encoderModel(sha256), createReadStream(file));
    }
    // The card goes last: an encoder with a card is complete.
    await this.storage.put(blobKeys.encoderCard(sha256), Buffer.from(JSON.stringify(card)));
    this.logger.info({ encoder: card.name, sha256, file, inferred: card.inferred }, 'encoder known');
    return card;
  }
}

export function parseCard(bytes: Buffer): EncoderCard {
  return encoderCardSchema.parse(JSON.parse(bytes.toString('utf8')));
}
