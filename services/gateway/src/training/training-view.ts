import { ERRORS, type ErrorCode } from '@propago/contracts';
import type { TrainingArtifact, TrainingRun } from '@propago/database';

/** A training run as the API shows it. */
export function trainingView(row: TrainingRun) {
  const { id, name, configuration, parentId, createdBy, starts, step, steps, modelName, modelVersion } = row;
  return {
    id,
    name,
    state: row.state === 'running' && row.cancelRequestedAt ? 'cancelling' : row.state,
    ...(configuration as object),
    parent: parentId,
    createdBy,
    starts,
    step,
    steps,
    error: errorView(row),
    registered: modelName === null ? null : { name: modelName, version: modelVersion },
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}

export function artifactView({ name, kind, step, bytes, sha256, createdAt }: TrainingArtifact) {
  return { name, kind, step, bytes: Number(bytes), sha256, createdAt };
}

function errorView({ errorCode, errorDetail }: TrainingRun) {
  if (errorCode === null) return null;
  return { code: errorCode, title: ERRORS[errorCode as ErrorCode]?.title, detail: errorDetail };
}
