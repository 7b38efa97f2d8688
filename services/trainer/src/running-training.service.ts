import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { Database } from '@propago/database';
import { CONFIG, LOGGER, News, type ConfigOf, type Logger } from '@propago/runtime';
import { withScratchFolder } from '@propago/storage';
import { Artifacts } from './artifacts.service';
import { CheckpointUploads } from './checkpoint-uploads';
import { ClaimedRun, type Outcome } from './claimed-run';
import { Completion } from './completion.service';
import { memoryKills } from './memory-kills';
import { supervise, type SupervisedEnd } from './supervision';
import { failureOf, isDiskFull } from './training-failure';
import { TrainingInputs, type WorkFolder } from './training-inputs.service';
import { TrainingProgram } from './training-program';

/** What becomes of a run: its end, or nothing where another trainer has it or will have it. */
type Result = Outcome | 'released' | 'lost';

export interface Place {
  /** The GPU to train on; without one whatever PyTorch finds. */
  gpu?: string;
  /** Aborted when this service shuts down: the run is saved and left to another trainer. */
  shutdown: AbortSignal;
}

/** One run from its claim to its end, over as many starts of the training process as it takes. */
@Injectable()
export class RunningTraining {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'trainer'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly news: News,
    private readonly program: TrainingProgram,
    private readonly inputs: TrainingInputs,
    private readonly artifacts: Artifacts,
    private readonly completion: Completion,
  ) {}

  /** @throws what may pass by itself: the run is as it was, and can be tried again */
  async train(runId: string, place: Place): Promise<void> {
    const log = this.logger.child({ trainingRun: runId });
    const begin = performance.now();
    const work = (folder: string) => this.toItsEnd(runId, { path: folder, out: path.join(folder, 'out') }, place, log);
    try {
      const result = await withScratchFolder('training', work, this.config.TRAINER_WORK);
      const ms = Math.round(performance.now() - begin);
      log.info({ result: typeof result === 'string' ? result : result?.state, ms }, 'training end');
    } finally {
      this.news.training(runId);
    }
  }

  /** Ends a run that cannot be worked on here, so that nobody waits for ever. */
  async giveUp(runId: string, error: CodedError): Promise<void> {
    const claim = await ClaimedRun.claim(this.database, runId);
    await claim?.end({ state: 'failed', error });
    this.news.training(runId);
  }

  private async toItsEnd(runId: string, work: WorkFolder, place: Place, log: Logger): Promise<Result | undefined> {
    let command: string[] | undefined;
    let furthest = -1;
    for (let fruitless = 0; ;) {
      const run = await ClaimedRun.claim(this.database, runId);
      if (!run) return undefined;
      this.news.training(runId);
      log.info({ start: run.row.starts }, 'training start');
      const uploads = new CheckpointUploads(this.artifacts, runId, work.out, log);
      try {
        command ??= await this.inputs.prepare(run.row, work);
        const killsBefore = await memoryKills();
        const end = await this.oneStart(run, command, uploads, place, log);
        const result = await this.resultOf(run, end, work, place, log);
        if (!isFailedEnd(result)) return result;
        const failure = failureOf(result, result.error, (await memoryKills()) > killsBefore);
        fruitless = uploads.stored > furthest ? 0 : fruitless + 1;
        furthest = Math.max(furthest, uploads.stored);
        if (!failure.mayPass || fruitless > this.config.TRAINING_MAX_RESTARTS) throw failure.error;
        log.warn({ err: failure.error, fruitless }, 'the training process is started again');
      } catch (error) {
        const failed = isDiskFull(error) ? new CodedError('TRAINING_DISK_FULL', String(error)) : error;
        if (!(failed instanceof CodedError) || mayPass(failed)) throw error;
        log.warn({ err: failed }, 'the training failed');
        return this.ended(run, { state: 'failed', error: failed });
      }
    }
  }

  private async oneStart(
    run: ClaimedRun,
    command: string[],
    uploads: CheckpointUploads,
    { gpu, shutdown }: Place,
    logger: Logger,
  ): Promise<SupervisedEnd> {
    const end = await supervise({
      run,
      phase: 'starting PyTorch',
      logger,
      shutdown,
      start: (onLine) => this.program.start(command, { gpu, onLine }),
      onNews: () => this.news.training(run.id),
      onEvent: (event) => event.event === 'checkpoint' && uploads.add(event.step, event.path),
      graceSeconds: this.completion.graceSeconds,
    });
    await uploads.done();
    return end;
  }

  /** What becomes of the run; where a process failed, how. */
  private async resultOf(
    run: ClaimedRun,
    end: SupervisedEnd,
    work: WorkFolder,
    place: Place,
    logger: Logger,
  ): Promise<Result | SupervisedEnd> {
    const isDone = !end.told && end.code === 0;
    const result = isDone ? await this.completion.complete(run, work, { ...place, logger }) : end;
    if ('state' in result) return this.ended(run, result);
    return result.told ? this.obeyed(run, result.told) : result;
  }

  private async obeyed(run: ClaimedRun, told: NonNullable<SupervisedEnd['told']>): Promise<Result> {
    if (told === 'cancelled') return this.ended(run, { state: 'cancelled' });
    if (told === 'lost') return 'lost';
    await run.release();
    return 'released';
  }

  private async ended(run: ClaimedRun, outcome: Outcome): Promise<Result> {
    return (await run.end(outcome)) ? outcome : 'lost';
  }
}

function isFailedEnd(result: Result | SupervisedEnd): result is SupervisedEnd {
  return typeof result === 'object' && 'signal' in result;
}

/** Codes that say nothing about the run: a server is away. That Python is missing here is for a person to see. */
function mayPass({ code, kind }: CodedError): boolean {
  return kind.retryable && code !== 'TRAINER_UNAVAILABLE';
}
