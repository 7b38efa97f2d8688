import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  CodedError,
  SUBJECTS,
  type TrainingChange,
  type TrainingChanged,
  type TrainingRequest,
} from '@propago/contracts';
import { Database, type TrainingArtifact, type TrainingMetric } from '@propago/database';
import { hasNoListener, News } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { IdempotencyService } from '../http/idempotency.service';
import { cursorOf, olderThan, placeOf, UUID } from '../http/paging';
import { artifactView, trainingView, WITH_WARNINGS } from './training-view';

const NO_TRAINER = 'No trainer is running; start one with `propago up --trainer`.';

type Without<Union, Key extends string> = Union extends unknown ? Omit<Union, Key> : never;

/** Training runs as the admin API shows them: read from Postgres, changed by asking the trainer. */
@Injectable()
export class TrainingRunsService {
  constructor(
    private readonly database: Database,
    private readonly news: News,
    private readonly idempotency: IdempotencyService,
  ) {}

  /** @throws CodedError of the trainer's answer, or of the key */
  start(request: TrainingRequest, caller: Caller, key?: string): Promise<TrainingChanged & { replayed: boolean }> {
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    return this.idempotency.once<TrainingChanged & { replayed: boolean }, TrainingChanged>(
      caller.tenant,
      key,
      async (claim) => {
        const before = claim.recall(fingerprint);
        if (before) return { ...before, replayed: true };
        const { runId } = await this.change({ what: 'start', request }, caller);
        await this.database.$transaction((transaction) => claim.remember(transaction, { runId }));
        return { runId, replayed: false };
      },
    );
  }

  /** @throws CodedError of the trainer's answer */
  async change(change: Without<TrainingChange, 'actor'>, caller: Caller): Promise<TrainingChanged> {
    const actor = caller.keyId === null ? caller.name : `${caller.name} (${caller.keyId})`;
    try {
      return await this.news.ask<TrainingChange, TrainingChanged>(SUBJECTS.trainingChange, { ...change, actor });
    } catch (error) {
      throw hasNoListener(error) ? new CodedError('TRAINER_UNAVAILABLE', NO_TRAINER) : error;
    }
  }

  /** Newest first. */
  async list(limit: number, cursor: string | undefined) {
    const rows = await this.database.trainingRun.findMany({
      where: olderThan(cursor === undefined ? undefined : placeOf(cursor)),
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      include: WITH_WARNINGS,
    });
    const page = rows.slice(0, limit);
    return { items: page.map(trainingView), next: rows.length > limit ? cursorOf(page.at(-1)!) : null };
  }

  /** @throws CodedError TRAINING_RUN_NOT_FOUND */
  async get(id: string) {
    return trainingView(await this.row(id));
  }

  /** @throws CodedError TRAINING_RUN_NOT_FOUND */
  async row(id: string) {
    const row = UUID.test(id)
      ? await this.database.trainingRun.findUnique({ where: { id }, include: WITH_WARNINGS })
      : null;
    if (!row) throw new CodedError('TRAINING_RUN_NOT_FOUND', `There is no training run ${id}.`);
    return row;
  }

  async artifacts(runId: string) {
    await this.row(runId);
    const rows = await this.database.trainingArtifact.findMany({ where: { runId }, orderBy: { name: 'asc' } });
    return rows.map(artifactView);
  }

  /** @throws CodedError TRAINING_RUN_NOT_FOUND, TRAINING_ARTIFACT_NOT_FOUND */
  async artifact(runId: string, name: string): Promise<TrainingArtifact> {
    await this.row(runId);
    const row = await this.database.trainingArtifact.findUnique({ where: { runId_name: { runId, name } } });
    if (!row) throw new CodedError('TRAINING_ARTIFACT_NOT_FOUND', `The training run ${runId} has no file ${name}.`);
    return row;
  }

  /** Metrics of one kind after a step, in the order of their steps. */
  async metrics(runId: string, kind: string, afterStep: number, most: number): Promise<TrainingMetric[]> {
    return this.database.trainingMetric.findMany({
      where: { runId, kind, step: { gt: afterStep } },
      orderBy: { step: 'asc' },
      take: most,
    });
  }
}
