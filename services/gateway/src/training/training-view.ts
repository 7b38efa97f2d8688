import {
  ERRORS,
  shownDetail,
  type AnswerOf,
  type ErrorCode,
  type TrainingRequest,
  type TrainingState,
} from '@propago/contracts';
import type { TrainingArtifact, TrainingMetric, TrainingRun } from '@propago/database';

/** What is stored of the request. */
type TrainingConfiguration = Omit<TrainingRequest, 'name' | 'parent'>;
type TrainingArtifactAnswer = AnswerOf<'TrainingArtifactList'>['items'][number];

/** What the view of a training run needs beside its row: a list of texts for each warning. */
export const WITH_WARNINGS = { metrics: { where: { kind: 'warning' }, orderBy: { step: 'asc' } } } as const;

/** A training run as the API shows it. */
export function trainingView(row: TrainingRun & { metrics: TrainingMetric[] }): AnswerOf<'TrainingRun'> {
  const { id, name, configuration, parentId, createdBy, starts, step, steps, modelName, modelVersion } = row;
  return {
    id,
    name,
    state: row.state === 'running' && row.cancelRequestedAt ? 'cancelling' : (row.state as TrainingState),
    ...(configuration as unknown as TrainingConfiguration),
    parent: parentId,
    createdBy,
    starts,
    step,
    steps,
    phase: row.phase,
    warnings: row.metrics.flatMap(({ values }) => values as string[]),
    error: errorView(row),
    registered: modelName === null ? null : { name: modelName, version: modelVersion },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export function artifactView(row: TrainingArtifact): TrainingArtifactAnswer {
  const { name, kind, step, bytes, sha256, createdAt } = row;
  return {
    name,
    kind: kind as TrainingArtifactAnswer['kind'],
    step,
    bytes: Number(bytes),
    sha256,
    createdAt: createdAt.toISOString(),
  };
}

function errorView({ id, errorCode, errorDetail }: TrainingRun): AnswerOf<'TrainingRun'>['error'] {
  if (errorCode === null) return null;
  const title = ERRORS[errorCode as ErrorCode]?.title ?? errorCode;
  return { code: errorCode, title, detail: shownDetail(errorCode, errorDetail, id) };
}
