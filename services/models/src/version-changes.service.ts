import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type ModelChange, type ModelChanged } from '@propago/contracts';
import { Database, type ModelVersion, type Prisma } from '@propago/database';
import { LOGGER, STORAGE, type BlobStore, type Logger } from '@propago/runtime';
import { audit } from './audit';
import { assertSameCard } from './card-conflict';
import { ModelFiles } from './model-files.service';
import { lockModel } from './model-lock';
import { nextVersion } from './next-version';
import { ValidationQueue } from './validation/validation-queue';

export type ChangeOf<What extends ModelChange['what']> = Extract<ModelChange, { what: What }>;

/** As a version is before its validation. */
const UNVALIDATED = { state: 'REGISTERED', reasons: [], phase: null, validatedAt: null };

/** Versions come, are validated and go; what a version is never changes. */
@Injectable()
export class VersionChanges {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly files: ModelFiles,
    private readonly validation: ValidationQueue,
  ) {}

  /**
   * The same file under one name is the same version: a repeated request finds it.
   * @throws CodedError MODEL_CARD_CONFLICT, BLOB_MISSING
   */
  async register(change: ChangeOf<'register'>): Promise<ModelChanged> {
    const { name, sha256, bytes, facts, provenance, actor } = change;
    try {
      const version = await this.locked(name, async (transaction) => {
        const same = await transaction.modelVersion.findMany({ where: { sha256, deletedAt: null } });
        assertSameCard(facts, same);
        const before = same.find((other) => other.name === name);
        if (before) {
          await this.restate(transaction, before, change);
          return before.version;
        }
        await this.files.keep(transaction, sha256, (key) => this.storage.move(change.upload, key));
        const next = await nextVersion(transaction, name);
        await transaction.modelVersion.create({
          data: {
            name,
            version: next,
            sha256,
            bytes,
            state: 'REGISTERED',
            facts: facts as Prisma.InputJsonObject,
            provenance,
            createdBy: actor,
          },
        });
        await audit(transaction, { actor, action: 'register', name, version: next, details: { sha256 } });
        return next;
      });
      await this.enqueue(name, version);
      return { name, version };
    } catch (error) {
      // The file was moved before its row could be committed.
      await this.locked(name, (transaction) => this.files.release(transaction, sha256));
      throw error;
    }
  }

  /** What was not stated of a version before, and may be why it was refused: it is validated again with it. */
  private async restate(
    transaction: Prisma.TransactionClient,
    { name, version, state, facts }: ModelVersion,
    { facts: stated, actor }: ChangeOf<'register'>,
  ): Promise<void> {
    const added = Object.keys(stated).filter((field) => !(field in (facts as object)));
    if (state === 'READY' || added.length === 0) return;
    const all = { ...(facts as object), ...stated } as Prisma.InputJsonObject;
    const data = { facts: all, ...UNVALIDATED };
    await transaction.modelVersion.update({ where: { name_version: { name, version } }, data });
    await audit(transaction, { actor, action: 'restate', name, version, details: { added } });
  }

  /** @throws CodedError MODEL_NOT_FOUND, MODEL_VERSION_READY */
  async validate({ name, version, actor }: ChangeOf<'validate' | 'delete'>): Promise<ModelChanged> {
    await this.locked(name, async (transaction) => {
      const { state } = await mustFind(transaction, name, version);
      if (state === 'READY') throw new CodedError('MODEL_VERSION_READY', `${name}:${version} is READY.`);
      const which = { name_version: { name, version } };
      await transaction.modelVersion.update({ where: which, data: UNVALIDATED });
      await audit(transaction, { actor, action: 'validate', name, version });
    });
    await this.enqueue(name, version);
    return { name, version };
  }

  /** @throws CodedError MODEL_NOT_FOUND, MODEL_IN_USE */
  async remove({ name, version, actor }: ChangeOf<'validate' | 'delete'>): Promise<ModelChanged> {
    const sha256 = await this.locked(name, async (transaction) => {
      const which = { name, version };
      // The row's lock, before looking for runs: see holdModelVersion.
      await transaction.$executeRaw`
        SELECT 1 FROM "ModelVersion" WHERE name = ${name} AND version = ${version} FOR UPDATE`;
      const { sha256 } = await mustFind(transaction, name, version);
      await assertUnused(transaction, which);
      await transaction.modelVersion.update({ where: { name_version: which }, data: { deletedAt: new Date() } });
      await audit(transaction, { actor, action: 'delete', ...which, details: { sha256 } });
      return sha256;
    });
    // Once the row is gone for certain: a version without its file would be worse than a file without its version, which
    // the janitor removes.
    await this.locked(name, (transaction) => this.files.release(transaction, sha256));
    return { name, version };
  }

  /** A Redis that is away does not fail a change that stands in Postgres; the reconciler enqueues it later. */
  private async enqueue(name: string, version: number): Promise<void> {
    const adding = this.validation.add({ name, version });
    adding.catch((error: unknown) => this.logger.warn({ name, version, err: error }, 'not enqueued yet'));
  }

  private locked<T>(name: string, change: (transaction: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.database.$transaction(
      async (transaction) => {
        await lockModel(transaction, { name });
        return change(transaction);
      },
      { timeout: 25_000, maxWait: 25_000 },
    );
  }
}

async function mustFind(transaction: Prisma.TransactionClient, name: string, version: number): Promise<ModelVersion> {
  const found = await transaction.modelVersion.findUnique({ where: { name_version: { name, version } } });
  if (!found || found.deletedAt) throw new CodedError('MODEL_NOT_FOUND', `There is no version ${name}:${version}.`);
  return found;
}

async function assertUnused(
  transaction: Prisma.TransactionClient,
  { name, version }: { name: string; version: number },
): Promise<void> {
  const aliases = await transaction.modelAlias.findMany({
    where: { name, OR: [{ version }, { previousVersion: version }] },
  });
  const alias = aliases.find((each) => each.version === version) ?? aliases[0];
  if (alias) {
    const how = alias.version === version ? 'names it' : 'would be rolled back to it';
    throw new CodedError('MODEL_IN_USE', `The alias ${alias.alias} ${how}.`);
  }
  const unfinished = { encoderName: name, encoderVersion: version, outcome: { is: null } };
  const runs = await transaction.run.count({ where: unfinished });
  if (runs > 0) throw new CodedError('MODEL_IN_USE', `${runs} unfinished runs use ${name}:${version}.`);
}
