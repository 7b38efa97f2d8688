import { CHAMPION, type ModelReason, type TrafficSplit } from '@propago/contracts';
import type { ModelAlias, ModelAudit, ModelTraffic, ModelVersion } from '@propago/database';

/** One version as the API shows it. */
export function versionView(row: ModelVersion, aliases: ModelAlias[]) {
  const { name, version, state, sha256, facts, card, report, provenance } = row;
  return {
    name,
    version,
    state,
    reasons: row.reasons as unknown as ModelReason[],
    sha256,
    bytes: Number(row.bytes),
    aliases: aliases.filter((alias) => alias.name === name && alias.version === version).map(({ alias }) => alias),
    card,
    facts,
    report,
    provenance,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    validatedAt: row.validatedAt,
  };
}

export function aliasView({ name, alias, version, previousVersion, revision, updatedAt }: ModelAlias) {
  return { name, alias, version, previousVersion, revision, updatedAt };
}

/** A model without a split sends all runs to its champion. */
export function trafficView(name: string, row: ModelTraffic | null) {
  const split = (row?.split as unknown as TrafficSplit | undefined) ?? [{ alias: CHAMPION, percent: 100 }];
  return { name, split, revision: row?.revision ?? 0 };
}

export function auditView({ id, at, actor, action, name, version, details }: ModelAudit) {
  return { id: Number(id), at, actor, action, name, version, details };
}
