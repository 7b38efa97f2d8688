import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { BuildInfo } from '@propago/build-info';
import { blobKeys, CodedError, SUBJECTS, type ModelChange, type ModelChanged } from '@propago/contracts';
import { Database, type Prisma } from '@propago/database';
import { BUILD, CONFIG, News, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { Artifacts } from './artifacts.service';
import type { ClaimedRun, Outcome } from './claimed-run';
import { flatNumbers } from './flat-numbers';
import { supervise, type SupervisedEnd } from './supervision';
import { configurationOf } from './training-configuration';
import { failureOf } from './training-failure';
import type { WorkFolder } from './training-inputs.service';
import { TrainingProgram } from './training-program';

interface Surroundings {
  gpu?: string;
  shutdown: AbortSignal;
  logger: Logger;
}

/** What follows the last step: the encoder as ONNX, its scores and figures, its place in the registry. */
@Injectable()
export class Completion {
  readonly graceSeconds: { cancelled: number; shutdown: number };

  constructor(
    @Inject(CONFIG) config: ConfigOf<'trainer'>,
    @Inject(BUILD) private readonly build: BuildInfo,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly news: News,
    private readonly program: TrainingProgram,
    private readonly artifacts: Artifacts,
  ) {
    const { TRAINING_STOP_SECONDS, SHUTDOWN_SECONDS } = config;
    // A third of the time to shut down is left for storing the checkpoint.
    this.graceSeconds = { cancelled: TRAINING_STOP_SECONDS, shutdown: (SHUTDOWN_SECONDS * 2) / 3 };
  }

  /**
   * @returns how the run ends, or the end of a process that was told to stop, was killed, or lacked disk or memory
   * @throws CodedError TRAINING_EXPORT_FAILED, and those of the models service
   */
  async complete(run: ClaimedRun, work: WorkFolder, surroundings: Surroundings): Promise<Outcome | SupervisedEnd> {
    const { model, weights } = configurationOf(run.row);
    const encoder = path.join(work.path, `${model ?? 'encoder'}.onnx`);
    const checkpoint = await newestCheckpoint(work.out);
    const provenance = `Training run ${run.id}.`;
    const exporting = ['export', checkpoint, '-o', encoder, '--weights', weights, '--provenance', provenance];
    const exported = await this.run(run, 'exporting the encoder', exporting, surroundings);
    if (exported.told) return exported;
    if (exported.code !== 0) {
      if (!isOfTheExport(exported)) return exported;
      throw new CodedError('TRAINING_EXPORT_FAILED', exported.errors.trim().split('\n').slice(-5).join('\n'));
    }
    await this.enter(run, 'storing the encoder');
    const stored = await this.artifacts.store(run.id, { name: 'encoder.onnx', kind: 'encoder', file: encoder });
    const probed = await this.probe(run, work, surroundings);
    if (probed.told) return probed;
    if (model === undefined) return { state: 'succeeded' };
    await this.enter(run, 'registering the model');
    const version = await this.register(run, model, encoder, stored);
    return { state: 'succeeded', model: { name: model, version } };
  }

  private async enter(run: ClaimedRun, phase: string): Promise<void> {
    await run.report([], { phase });
    this.news.training(run.id);
  }

  /** Figures and scores, without which the encoder is as good. */
  private async probe(run: ClaimedRun, work: WorkFolder, surroundings: Surroundings): Promise<SupervisedEnd> {
    const figures = path.join(work.path, 'figures');
    let scores: Prisma.InputJsonObject | undefined;
    const probing = () =>
      this.run(run, 'scoring and drawing pictures', ['probe', work.out, '-o', figures], surroundings, (event) => {
        if (event.event === 'probe') scores = event.scores as Prisma.InputJsonObject;
      });
    let end = await probing();
    // Killed by somebody: once more.
    if (end.signal !== null && !end.told) end = await probing();
    if (end.told) return end;
    if (end.code !== 0) surroundings.logger.warn({ errors: end.errors }, 'the trained encoder is not scored');
    if (scores) {
      const { step } = await this.database.trainingRun.findUniqueOrThrow({ where: { id: run.id } });
      await run.report([{ kind: 'evaluation', step, values: scores }], {});
    }
    for (const name of await readdir(figures).catch(() => [])) {
      await this.artifacts.store(run.id, { name, kind: 'picture', file: path.join(figures, name) });
    }
    return end;
  }

  /** The file is moved into the registry, so it gets a copy of its own. */
  private async register(
    run: ClaimedRun,
    name: string,
    encoder: string,
    { sha256, bytes }: { sha256: string; bytes: number },
  ): Promise<number | null> {
    const upload = blobKeys.trainingArtifact(run.id, `upload-${randomUUID()}`);
    try {
      await this.storage.putStream(upload, createReadStream(encoder));
      const change: ModelChange = {
        what: 'register',
        actor: run.row.createdBy,
        name,
        upload,
        sha256,
        bytes,
        facts: {},
        provenance: {
          trainingRun: run.id,
          gitRevision: this.build.revision === 'unknown' ? undefined : this.build.revision,
          data: JSON.stringify(configurationOf(run.row).data),
          metrics: await this.metrics(run.id),
        },
      };
      return (await this.news.ask<ModelChange, ModelChanged>(SUBJECTS.modelChange, change)).version;
    } finally {
      await this.storage.delete(upload);
    }
  }

  /** The last line of each kind. */
  private async metrics(runId: string): Promise<Record<string, number>> {
    const kinds = ['train', 'evaluation'] as const;
    const last = await Promise.all(
      kinds.map((kind) =>
        this.database.trainingMetric.findFirst({ where: { runId, kind }, orderBy: { step: 'desc' } }),
      ),
    );
    return Object.assign({}, ...last.map((row) => flatNumbers(row?.values ?? {}))) as Record<string, number>;
  }

  private run(
    run: ClaimedRun,
    phase: string,
    command: string[],
    { gpu, ...rest }: Surroundings,
    onEvent?: Parameters<typeof supervise>[0]['onEvent'],
  ): Promise<SupervisedEnd> {
    return supervise({
      ...rest,
      run,
      phase,
      onEvent,
      start: (onLine) => this.program.start(command, { gpu, onLine }),
      onNews: () => this.news.training(run.id),
      graceSeconds: this.graceSeconds,
    });
  }
}

/** Whether the encoder is to blame; otherwise the same export may go well another time, or elsewhere. */
function isOfTheExport(end: SupervisedEnd): boolean {
  return end.signal === null && failureOf(end, end.error, false).error.code === 'TRAINING_CRASHED';
}

async function newestCheckpoint(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^step-\d+\.pt$/.test(name)).sort();
  const newest = names.at(-1);
  if (newest === undefined) throw new CodedError('TRAINING_EXPORT_FAILED', 'The training left no checkpoint.');
  return path.join(folder, newest);
}
