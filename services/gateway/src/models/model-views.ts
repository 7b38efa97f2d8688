import {
  CHAMPION,
  shownDetail,
  type AnswerOf,
  type ModelReason,
  type ModelState,
  type TrafficSplit,
} from '@propago/contracts';
import type { ModelAlias, ModelAudit, ModelTraffic, ModelVersion } from '@propago/database';

type JsonObject = Record<string, unknown>;

/** One version as the API shows it. */
export function versionView(row: ModelVersion, aliases: ModelAlias[]): AnswerOf<'ModelVersion'> {
  const { name, version, state, sha256, facts, card, report, provenance } = row;
  return {
    name,
    version,
    state: state as ModelState,
    phase: row.phase,
    reasons: reasonsOf(row),
    sha256,
    bytes: Number(row.bytes),
    aliases: aliases.filter((alias) => alias.name === name && alias.version === version).map(({ alias }) => alias),
    card: card as JsonObject | null,
    facts: facts as JsonObject,
    report: report as JsonObject | null,
    provenance: provenance as JsonObject,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    validatedAt: row.validatedAt?.toISOString() ?? null,
  };
}

/** Why a version was refused, as those may know it who cannot read the logs. */
export function reasonsOf({
  name,
  version,
  reasons,
}: Pick<ModelVersion, 'name' | 'version' | 'reasons'>): ModelReason[] {
  const all = reasons as unknown as ModelReason[];
  return all.map(({ code, detail }) => ({ code, detail: shownDetail(code, detail, `${name}:${version}`) }));
}

export function aliasView(row: ModelAlias): AnswerOf<'ModelAlias'> {
  const { name, alias, version, previousVersion, revision, updatedAt } = row;
  return { name, alias, version, previousVersion, revision, updatedAt: updatedAt.toISOString() };
}

/** A model without a split sends all runs to its champion. */
export function trafficView(name: string, row: ModelTraffic | null): AnswerOf<'ModelTraffic'> {
  const split = (row?.split as unknown as TrafficSplit | undefined) ?? [{ alias: CHAMPION, percent: 100 }];
  return { name, split, revision: row?.revision ?? 0 };
}

export function auditView(row: ModelAudit): AnswerOf<'ModelAuditPage'>['items'][number] {
  const { id, at, actor, action, name, version, details } = row;
  return { id: Number(id), at: at.toISOString(), actor, action, name, version, details: details as JsonObject };
}
