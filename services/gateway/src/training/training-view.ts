import {
  ERRORS,
  shownDetail,
  type AnswerOf,
  type ErrorCode,
  type TrainingRequest,
  type TrainingState,
} from '@propago/contracts';
import type { TrainingArtifact, TrainingRun } from '@propago/database';

/** What is stored of the request. */
type TrainingConfiguration = Omit<TrainingRequest, 'name' | 'parent'>;
type TrainingArtifactAnswer = AnswerOf<'TrainingArtifactList'>['items'][number];

/** A training run as the API shows it. */
export function trainingView(row: TrainingRun): AnswerOf<'TrainingRun'> {
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
