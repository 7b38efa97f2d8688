import { Injectable } from '@nestjs/common';
import {
  CodedError,
  SUBJECTS,
  type AnswerOf,
  type ModelChange,
  type ModelChanged,
  type ModelState,
} from '@propago/contracts';
import { Database, type ModelVersion } from '@propago/database';
import { News } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { aliasView, auditView, reasonsOf, trafficView, versionView } from './model-views';

/** Omit that keeps a union a union. */
type Without<Union, Key extends string> = Union extends unknown ? Omit<Union, Key> : never;

/** The registry as the admin API shows it: read from Postgres, changed by asking the models service. */
@Injectable()
export class ModelRegistry {
  constructor(
    private readonly database: Database,
    private readonly news: News,
  ) {}

  /** @throws CodedError of the models service's answer */
  change(change: Without<ModelChange, 'actor'>, caller: Caller): Promise<ModelChanged> {
    const actor = caller.keyId === null ? caller.name : `${caller.name} (${caller.keyId})`;
    return this.news.ask<ModelChange, ModelChanged>(SUBJECTS.modelChange, { ...change, actor });
  }

  async models(): Promise<AnswerOf<'Model'>[]> {
    const versions = await this.database.modelVersion.findMany({
      where: { deletedAt: null },
      select: { name: true },
      distinct: ['name'],
      orderBy: { name: 'asc' },
    });
    return Promise.all(versions.map(({ name }) => this.model(name)));
  }

  /** @throws CodedError MODEL_NOT_FOUND */
  async model(name: string): Promise<AnswerOf<'Model'>> {
    const versions = await this.versions(name);
    const [aliases, traffic] = await Promise.all([this.aliases(name), this.traffic(name)]);
    const summary = versions.map(({ version, state, sha256, createdAt }) => ({ version, state, sha256, createdAt }));
    return { name, aliases, traffic, versions: summary };
  }

  /** Every version with its state, and why it was refused: what a repository index tells. */
  async index(): Promise<AnswerOf<'ModelIndex'>['items']> {
    const rows = await this.database.modelVersion.findMany({
      where: { deletedAt: null },
      orderBy: [{ name: 'asc' }, { version: 'asc' }],
    });
    return rows.map((row) => ({
      name: row.name,
      version: String(row.version),
      state: row.state as ModelState,
      reason: reasonsOf(row)
        .map(({ code, detail }) => `${code}: ${detail}`)
        .join(' '),
    }));
  }

  /** Newest first. @throws CodedError MODEL_NOT_FOUND */
  async versions(name: string): Promise<AnswerOf<'ModelVersion'>[]> {
    const rows = await this.database.modelVersion.findMany({
      where: { name, deletedAt: null },
      orderBy: { version: 'desc' },
    });
    if (rows.length === 0) throw notFound(name);
    const aliases = await this.database.modelAlias.findMany({ where: { name } });
    return rows.map((row) => versionView(row, aliases));
  }

  /** @throws CodedError MODEL_NOT_FOUND */
  async version(name: string, version: number): Promise<AnswerOf<'ModelVersion'>> {
    const row = await this.row(name, version);
    return versionView(row, await this.database.modelAlias.findMany({ where: { name, version } }));
  }

  /** @throws CodedError MODEL_NOT_FOUND */
  async row(name: string, version: number): Promise<ModelVersion> {
    const row = await this.database.modelVersion.findUnique({ where: { name_version: { name, version } } });
    if (!row || row.deletedAt) throw new CodedError('MODEL_NOT_FOUND', `There is no version ${name}:${version}.`);
    return row;
  }

  /** @throws CodedError MODEL_NOT_FOUND */
  async aliases(name: string): Promise<AnswerOf<'ModelAlias'>[]> {
    await this.mustExist(name);
    const rows = await this.database.modelAlias.findMany({ where: { name }, orderBy: { alias: 'asc' } });
    return rows.map(aliasView);
  }

  /** @throws CodedError ALIAS_NOT_FOUND */
  async alias(name: string, alias: string): Promise<AnswerOf<'ModelAlias'>> {
    const row = await this.database.modelAlias.findUnique({ where: { name_alias: { name, alias } } });
    if (!row) throw new CodedError('ALIAS_NOT_FOUND', `The model ${name} has no alias ${alias}.`);
    return aliasView(row);
  }

  /** @throws CodedError MODEL_NOT_FOUND */
  async traffic(name: string): Promise<AnswerOf<'ModelTraffic'>> {
    await this.mustExist(name);
    return trafficView(name, await this.database.modelTraffic.findUnique({ where: { name } }));
  }

  /** Newest first, those before the given number. */
  async audit(limit: number, filter: { name?: string; before?: number }): Promise<AnswerOf<'ModelAuditPage'>> {
    const { name, before } = filter;
    const rows = await this.database.modelAudit.findMany({
      where: { ...(name === undefined ? {} : { name }), ...(before === undefined ? {} : { id: { lt: before } }) },
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(auditView);
    return { items, next: rows.length > limit ? String(items.at(-1)!.id) : null };
  }

  private async mustExist(name: string): Promise<void> {
    if (!(await this.database.modelVersion.count({ where: { name, deletedAt: null } }))) throw notFound(name);
  }
}

function notFound(name: string): CodedError {
  return new CodedError('MODEL_NOT_FOUND', `There is no model ${name}.`);
}
