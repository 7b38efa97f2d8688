import { Injectable } from '@nestjs/common';
import { CANARY, CHAMPION, CodedError, type ModelChanged, type TrafficSplit } from '@propago/contracts';
import { Database, type ModelAlias, type Prisma } from '@propago/database';
import { audit } from './audit';
import { ConfiguredEncoders } from './configured-encoders.service';
import { lockModel } from './model-lock';
import { assertRevision, moveAlias } from './move-alias';
import type { ChangeOf } from './version-changes.service';

/** Which version a name stands for, and who gets it. Every change is a compare-and-swap when the caller says so. */
@Injectable()
export class Aliases {
  constructor(
    private readonly database: Database,
    private readonly configured: ConfiguredEncoders,
  ) {}

  /** @throws CodedError MODEL_NOT_FOUND, MODEL_VERSION_NOT_READY, ALIAS_CONFLICT */
  async set({ name, alias, version, actor, expectedRevision }: ChangeOf<'alias'>): Promise<ModelChanged> {
    await this.locked(name, async (transaction) => {
      const before = await find(transaction, name, alias);
      assertRevision(`${name}@${alias}`, expectedRevision, before?.revision);
      await mustBeReady(transaction, name, version);
      await moveAlias(transaction, { name, alias }, version, { actor, action: 'alias' });
    });
    return { name, version };
  }

  /** @throws CodedError ALIAS_NOT_FOUND, ALIAS_CONFLICT, MODEL_IN_USE while runs come by this alias */
  async remove({ name, alias, actor, expectedRevision }: ChangeOf<'alias-delete'>): Promise<ModelChanged> {
    return this.locked(name, async (transaction) => {
      const { version, revision } = await mustFind(transaction, name, alias);
      assertRevision(`${name}@${alias}`, expectedRevision, revision);
      const traffic = await transaction.modelTraffic.findUnique({ where: { name } });
      const split = traffic?.split as unknown as TrafficSplit | undefined;
      if (split?.some((part) => part.alias === alias && part.percent > 0)) {
        throw new CodedError('MODEL_IN_USE', `Runs go to ${name}@${alias}; change the traffic first.`);
      }
      if (alias === CHAMPION && name === this.configured.defaultModel) {
        throw new CodedError('MODEL_IN_USE', `${name} is what runs use that name no encoder.`);
      }
      await transaction.modelAlias.delete({ where: { name_alias: { name, alias } } });
      await audit(transaction, { actor, action: 'alias-delete', name, version, details: { alias } });
      return { name, version };
    });
  }

  /** The canary becomes the champion and gets all traffic. @throws CodedError ALIAS_NOT_FOUND, ALIAS_CONFLICT */
  async promote({ name, actor, expectedRevision }: ChangeOf<'promote'>): Promise<ModelChanged> {
    return this.locked(name, async (transaction) => {
      const { version } = await mustFind(transaction, name, CANARY);
      const champion = await find(transaction, name, CHAMPION);
      assertRevision(`${name}@${CHAMPION}`, expectedRevision, champion?.revision);
      await moveAlias(transaction, { name, alias: CHAMPION }, version, { actor, action: 'promote' });
      await allToChampion(transaction, name, actor);
      await transaction.modelAlias.delete({ where: { name_alias: { name, alias: CANARY } } });
      return { name, version };
    });
  }

  /** The alias names what it named before. @throws CodedError ALIAS_NOT_FOUND, ALIAS_CONFLICT, ALIAS_NO_PREVIOUS */
  async rollback({ name, alias, actor, expectedRevision }: ChangeOf<'rollback'>): Promise<ModelChanged> {
    return this.locked(name, async (transaction) => {
      const { previousVersion, revision } = await mustFind(transaction, name, alias);
      assertRevision(`${name}@${alias}`, expectedRevision, revision);
      if (previousVersion === null) {
        throw new CodedError('ALIAS_NO_PREVIOUS', `${name}@${alias} has never named another version.`);
      }
      await moveAlias(transaction, { name, alias }, previousVersion, { actor, action: 'rollback' });
      if (alias === CHAMPION) await allToChampion(transaction, name, actor);
      return { name, version: previousVersion };
    });
  }

  /** @throws CodedError ALIAS_NOT_FOUND, ALIAS_CONFLICT */
  async setTraffic({ name, split, actor, expectedRevision }: ChangeOf<'traffic'>): Promise<ModelChanged> {
    return this.locked(name, async (transaction) => {
      const before = await transaction.modelTraffic.findUnique({ where: { name } });
      assertRevision(`the traffic of ${name}`, expectedRevision, before?.revision);
      for (const { alias } of split) await mustFind(transaction, name, alias);
      await writeSplit(transaction, name, split, actor);
      return { name, version: null };
    });
  }

  private locked<T>(name: string, change: (transaction: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.database.$transaction(
      async (transaction) => {
        await lockModel(transaction, { name });
        return change(transaction);
      },
      { timeout: 20_000, maxWait: 20_000 },
    );
  }
}

function find(transaction: Prisma.TransactionClient, name: string, alias: string): Promise<ModelAlias | null> {
  return transaction.modelAlias.findUnique({ where: { name_alias: { name, alias } } });
}

async function mustFind(transaction: Prisma.TransactionClient, name: string, alias: string): Promise<ModelAlias> {
  const found = await find(transaction, name, alias);
  if (!found) throw new CodedError('ALIAS_NOT_FOUND', `The model ${name} has no alias ${alias}.`);
  return found;
}

async function mustBeReady(transaction: Prisma.TransactionClient, name: string, version: number): Promise<void> {
  const found = await transaction.modelVersion.findUnique({ where: { name_version: { name, version } } });
  if (!found || found.deletedAt) throw new CodedError('MODEL_NOT_FOUND', `There is no version ${name}:${version}.`);
  if (found.state !== 'READY') {
    throw new CodedError('MODEL_VERSION_NOT_READY', `${name}:${version} is ${found.state}.`);
  }
}

/** A split that was made for another champion ends with it. */
async function allToChampion(transaction: Prisma.TransactionClient, name: string, actor: string): Promise<void> {
  if (!(await transaction.modelTraffic.count({ where: { name } }))) return;
  await writeSplit(transaction, name, [{ alias: CHAMPION, percent: 100 }], actor);
}

async function writeSplit(
  transaction: Prisma.TransactionClient,
  name: string,
  split: TrafficSplit,
  actor: string,
): Promise<void> {
  const revision = await audit(transaction, { actor, action: 'traffic', name, details: { split } });
  const now = { split, revision, updatedAt: new Date() };
  await transaction.modelTraffic.upsert({ where: { name }, create: { name, ...now }, update: now });
}
