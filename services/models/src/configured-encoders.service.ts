import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CHAMPION, modelName } from '@propago/contracts';
import { Database, type ModelVersion, type Prisma } from '@propago/database';
import { loadEncoderCard, type EncoderCard } from '@propago/encoder';
import { CONFIG, LOGGER, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { audit, CONFIGURATION, VALIDATION } from './audit';
import { knownCard } from './known-card';
import { ModelFiles } from './model-files.service';
import { lockModel } from './model-lock';
import { moveAlias } from './move-alias';
import { nextVersion } from './next-version';

/** What a clone with nothing else serves, the default first; see encoders/README.md. */
const SHIPPED = ['conv-descriptor', 'conv-descriptor-fp32', 'colour-descriptor'].map((name) =>
  path.resolve(__dirname, `../../../../encoders/${name}.onnx`),
);

/**
 * Registers the files of the configuration, and the shipped ones, at start. Whoever sets the configuration may run what
 * they like on this machine, so these are READY without validation.
 */
@Injectable()
export class ConfiguredEncoders implements OnModuleInit {
  /** What a run that names no encoder uses, as a run would name it. */
  defaultModel = '';

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'models'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly files: ModelFiles,
  ) {}

  async onModuleInit(): Promise<void> {
    const given = this.config.ENCODERS.split(',').map((file) => file.trim());
    const names: string[] = [];
    for (const file of [...given, ...SHIPPED].filter(Boolean)) {
      const card = await loadEncoderCard(file);
      const name = nameOf(card);
      // Of several files with one name, the first is the champion.
      await this.import(file, name, card, !names.includes(name));
      names.push(name);
    }
    this.defaultModel = this.config.DEFAULT_MODEL ?? names[0]!;
  }

  private async import(file: string, name: string, card: EncoderCard, isChampion: boolean): Promise<void> {
    const version = await this.database.$transaction(
      async (transaction) => {
        await lockModel(transaction, { name });
        const known = await this.register(transaction, name, card, file);
        if (isChampion) await this.appoint(transaction, name, known);
        return known;
      },
      { timeout: 120_000, maxWait: 120_000 },
    );
    const { sha256, inferred } = card;
    this.logger.info({ encoder: name, version, sha256, file, inferred }, 'encoder known');
  }

  private async register(
    transaction: Prisma.TransactionClient,
    name: string,
    loaded: EncoderCard,
    file: string,
  ): Promise<number> {
    const { sha256 } = loaded;
    const before = await transaction.modelVersion.findFirst({ where: { name, sha256, deletedAt: null } });
    if (before?.state === 'READY') {
      this.warnOfOtherCard(loaded, before);
      return before.version;
    }
    await this.files.keep(transaction, sha256, (key) => this.storage.putStream(key, createReadStream(file)));
    const card = (await knownCard(transaction, sha256)) ?? loaded;
    await this.files.publish(sha256, card);
    const version = before?.version ?? (await nextVersion(transaction, name));
    const ready = { state: 'READY', reasons: [], card, validatedAt: new Date() };
    await transaction.modelVersion.upsert({
      where: { name_version: { name, version } },
      create: { name, version, sha256, bytes: statSync(file).size, createdBy: CONFIGURATION, ...ready },
      update: ready,
    });
    await audit(transaction, { actor: CONFIGURATION, action: 'trust', name, version, details: { sha256 } });
    return version;
  }

  /** A version never changes: whoever corrects a card deletes the version, so that its file is registered anew. */
  private warnOfOtherCard(loaded: EncoderCard, { name, version, card }: ModelVersion): void {
    if (isDeepStrictEqual(JSON.parse(JSON.stringify({ ...loaded, name })), { ...(card as object), name })) return;
    this.logger.warn({ encoder: `${name}:${version}`, registered: card, loaded }, 'the card is another one now');
  }

  /** Until a person changes it, the champion is what the configuration says. */
  private async appoint(transaction: Prisma.TransactionClient, name: string, version: number): Promise<void> {
    const which = { name, alias: CHAMPION };
    const champion = await transaction.modelAlias.findUnique({ where: { name_alias: which } });
    if (champion?.version === version) return;
    const byHand = await transaction.modelAudit.count({
      where: { name, actor: { notIn: [CONFIGURATION, VALIDATION] }, details: { path: ['alias'], equals: CHAMPION } },
    });
    if (champion && byHand) {
      const serving = `${name}:${champion.version}`;
      this.logger.warn(
        { configured: `${name}:${version}`, champion: serving },
        'the champion was appointed by hand and stays',
      );
      return;
    }
    await moveAlias(transaction, which, version, { actor: CONFIGURATION, action: 'alias' });
  }
}

/** A model's name from its card, which may be any text. */
function nameOf({ name, sha256 }: EncoderCard): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return modelName.safeParse(plain).success ? plain : `encoder-${sha256.slice(0, 12)}`;
}
