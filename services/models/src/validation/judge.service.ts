import { Inject, Injectable } from '@nestjs/common';
import { asCodedError, CHAMPION, type ModelReason } from '@propago/contracts';
import { Database, type ModelVersion, type Prisma } from '@propago/database';
import type { EncoderCard, EncoderCardFacts } from '@propago/encoder';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { knownCard } from '../known-card';
import { qualityRefusals, speedRefusals } from './floors';
import { Measurer } from './measurer.service';

/** What came of a validation; `report` holds all that was measured until then. */
export type Verdict = { report: Report } & ({ card: EncoderCard } | { reasons: ModelReason[] });

/** Of a version: what its validation measured, and what it was held against. */
type Report = Record<string, unknown>;

/** The validation gate: what may be loaded, does what its card says, is fast enough, and leads to good masks. */
@Injectable()
export class Judge {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'models'>,
    private readonly database: Database,
    private readonly measurer: Measurer,
  ) {}

  /** @throws what is no fault of the file */
  async judge(row: ModelVersion, signal: AbortSignal): Promise<Verdict> {
    const report: Report = {};
    try {
      return await this.steps(row, report, signal);
    } catch (error) {
      const { code, message, kind } = asCodedError(error);
      if (signal.aborted || kind.status !== 422) throw error;
      return { reasons: [{ code, detail: message }], report };
    }
  }

  private async steps(row: ModelVersion, report: Report, signal: AbortSignal): Promise<Verdict> {
    const { sha256, name } = row;
    const { metadata, ...file } = await this.measurer.inspect(sha256);
    report.file = { ...file, metadata: Object.keys(metadata) };

    const known = await knownCard(this.database, sha256);
    const facts = known ? factsOf(known) : { name, ...(row.facts as EncoderCardFacts) };
    const { card, ...probe } = await this.measurer.probe(sha256, facts, signal);
    report.probe = probe;

    const champion = await this.champion(row);
    const pace = champion && (await this.measurer.probe(champion.sha256, factsOf(cardOf(champion)), signal));
    report.champion = champion && { version: champion.version, secondsPerFrame: pace?.secondsPerFrame };
    const tooSlow = speedRefusals(probe.secondsPerFrame, pace?.secondsPerFrame, this.config);
    // What is too slow would take its time for the probe clips as well.
    if (tooSlow.length > 0) return { reasons: tooSlow, report };

    const bar = champion && (await this.qualityOf(champion, signal));
    report.champion = champion && { ...(report.champion as object), quality: bar };
    const quality = await this.measurer.score(card, signal);
    report.quality = quality;
    const reasons = qualityRefusals(quality.quality, bar, this.config);
    return reasons.length > 0 ? { reasons, report } : { card: known ?? card, report };
  }

  /** What the version is held against: its speed is measured beside it, on this machine and under the same load. */
  private async champion({ name, version }: ModelVersion): Promise<ModelVersion | undefined> {
    const which = { name, alias: CHAMPION };
    const alias = await this.database.modelAlias.findUnique({ where: { name_alias: which } });
    if (!alias || alias.version === version) return undefined;
    return this.database.modelVersion.findUniqueOrThrow({
      where: { name_version: { name, version: alias.version } },
    });
  }

  /** The masks of a version are always the same, so their score is measured once and kept. */
  private async qualityOf(row: ModelVersion, signal: AbortSignal): Promise<number> {
    const report = (row.report ?? {}) as { quality?: { quality: number } };
    if (report.quality) return report.quality.quality;
    const quality = await this.measurer.score(cardOf(row), signal);
    const { name, version } = row;
    await this.database.modelVersion.update({
      where: { name_version: { name, version } },
      data: { report: { ...report, quality } as Prisma.InputJsonObject },
    });
    return quality.quality;
  }
}

function cardOf({ card }: ModelVersion): EncoderCard {
  return card as unknown as EncoderCard;
}

/** A complete card as facts for the same file. */
function factsOf({ inferred, ...facts }: EncoderCard): EncoderCardFacts {
  return Object.fromEntries(Object.entries(facts).filter(([field]) => !inferred.includes(field)));
}
