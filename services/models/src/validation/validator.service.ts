import { Inject, Injectable } from '@nestjs/common';
import { asCodedError, CHAMPION } from '@propago/contracts';
import { Database, type ModelVersion, type Prisma } from '@propago/database';
import { LOGGER, News, type Logger } from '@propago/runtime';
import { audit, VALIDATION } from '../audit';
import { ModelFiles } from '../model-files.service';
import { lockModel } from '../model-lock';
import { moveAlias } from '../move-alias';
import { Judge, type Verdict } from './judge.service';
import { PhaseWriter } from './phase-writer';
import type { ValidationJob } from './validation-queue';

const OPEN_STATES = ['REGISTERED', 'VALIDATING'];

/** Takes a version from REGISTERED over VALIDATING to READY or REJECTED. */
@Injectable()
export class Validator {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly files: ModelFiles,
    private readonly judge: Judge,
    private readonly news: News,
  ) {}

  /** Versions that want validation. */
  async open(): Promise<ValidationJob[]> {
    return this.database.modelVersion.findMany({
      where: { state: { in: OPEN_STATES }, deletedAt: null },
      select: { name: true, version: true },
      orderBy: { createdAt: 'asc' },
    });
  }

  /** Does nothing for a version that wants none. @throws what is no fault of the file: the job is tried again */
  async validate({ name, version }: ValidationJob, signal: AbortSignal): Promise<void> {
    const { count } = await this.database.modelVersion.updateMany({
      where: { name, version, state: { in: OPEN_STATES }, deletedAt: null },
      data: { state: 'VALIDATING' },
    });
    if (count === 0) return;
    const start = performance.now();
    const log = this.logger.child({ model: name, version });
    log.info('validation start');
    const row = await this.database.modelVersion.findUniqueOrThrow({ where: { name_version: { name, version } } });
    const phase = new PhaseWriter(this.database, this.logger, { name, version });
    const verdict = await this.judge
      .judge(row, { signal, onPhase: (text) => phase.say(text) })
      .finally(() => phase.end());
    await this.record(row, verdict);
    const reasons = 'reasons' in verdict ? verdict.reasons : [];
    log.info({ accepted: reasons.length === 0, reasons, ms: Math.round(performance.now() - start) }, 'validation end');
  }

  /** Ends the validation of a version that cannot be validated here, so that nobody waits for ever. */
  async giveUp({ name, version }: ValidationJob, error: unknown): Promise<void> {
    const row = await this.database.modelVersion.findUnique({ where: { name_version: { name, version } } });
    const { code, message } = asCodedError(error);
    const reasons = [{ code, detail: `The validation could not be ended: ${message}` }];
    if (row) await this.record(row, { reasons, report: {} });
  }

  private async record(row: ModelVersion, verdict: Verdict): Promise<void> {
    const { name, version, sha256 } = row;
    const recorded = await this.database.$transaction(
      async (transaction) => {
        await lockModel(transaction, { name });
        await lockModel(transaction, { sha256 });
        const outcome = 'card' in verdict ? { state: 'READY', card: verdict.card } : { state: 'REJECTED' };
        const reasons = 'reasons' in verdict ? (verdict.reasons as unknown as Prisma.InputJsonArray) : [];
        const report = verdict.report as unknown as Prisma.InputJsonObject;
        // Deleted, or sent to be validated anew, or judged by another worker meanwhile: then this verdict is not wanted.
        const { count } = await transaction.modelVersion.updateMany({
          where: { name, version, state: 'VALIDATING', deletedAt: null },
          data: { ...outcome, reasons, report, phase: null, validatedAt: new Date() },
        });
        if (count === 0) return false;
        const details = { state: outcome.state, reasons };
        await audit(transaction, { actor: VALIDATION, action: 'validated', name, version, details });
        if ('card' in verdict) {
          await this.files.publish(sha256, verdict.card);
          await appointFirst(transaction, name, version);
        }
        return true;
      },
      { timeout: 20_000, maxWait: 20_000 },
    );
    if (recorded) this.news.model({ name, version, sha256, what: 'validated' });
  }
}

/** A model without a champion could not be used by its name: its first good version becomes it. */
async function appointFirst(transaction: Prisma.TransactionClient, name: string, version: number): Promise<void> {
  const which = { name, alias: CHAMPION };
  if (await transaction.modelAlias.count({ where: which })) return;
  await moveAlias(transaction, which, version, { actor: VALIDATION, action: 'alias' });
}
