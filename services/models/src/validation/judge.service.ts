import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { asCodedError, CHAMPION, type ModelReason } from '@propago/contracts';
import { Database, type ModelVersion, type Prisma } from '@propago/database';
import type { EncoderCard, EncoderCardFacts } from '@propago/encoder';
import type { ProbeReport, QualityReport } from '@propago/model-inspection';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { knownCard } from '../known-card';
import { qualityRefusals, speedRefusals } from './floors';
import { gateOf, type Gate } from './gate';
import { Measurer, type Measuring } from './measurer.service';

/** What came of a validation; `report` holds all that was measured until then. */
export type Verdict = { report: Report } & ({ card: EncoderCard } | { reasons: ModelReason[] });

/** Of a version: what its validation measured, and what it was held against. */
interface Report {
  /** What it was validated by; absent where the validation could not be ended. */
  gate?: Gate;
  /** The version of the same file whose measurements stand here. */
  reused?: { name: string; version: number };
  file?: object;
  probe?: Omit<ProbeReport, 'card'>;
  champion?: { version: number; secondsPerFrame?: number; quality?: number };
  quality?: QualityReport;
}

/** A version of the same file that passed the same gate. */
type Earlier = ModelVersion & { card: EncoderCard; report: Required<Pick<Report, 'file' | 'probe' | 'quality'>> };

/** The validation gate: what may be loaded, does what its card says, is fast enough, and leads to good masks. */
@Injectable()
export class Judge {
  private readonly gate: Gate;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'models'>,
    private readonly database: Database,
    private readonly measurer: Measurer,
  ) {
    this.gate = gateOf(config);
  }

  /** @throws what is no fault of the file */
  async judge(row: ModelVersion, measuring: Measuring): Promise<Verdict> {
    const report: Report = { gate: this.gate };
    try {
      return await this.steps(row, report, measuring);
    } catch (error) {
      const { code, message, kind } = asCodedError(error);
      if (measuring.signal.aborted || kind.status !== 422) throw error;
      return { reasons: [{ code, detail: message }], report };
    }
  }

  private async steps(row: ModelVersion, report: Report, measuring: Measuring): Promise<Verdict> {
    const champion = await this.champion(row);
    const earlier = await this.earlier(row.sha256);
    if (earlier) report.reused = { name: earlier.name, version: earlier.version };

    report.file = earlier?.report.file ?? (await this.inspect(row.sha256, measuring));
    // Beside a champion the version is timed again, as the champion is: times of two moments would compare machines.
    const { card, ...probe } =
      earlier && !champion ? { card: earlier.card, ...earlier.report.probe } : await this.probe(row, measuring);
    report.probe = probe;

    const ofChampion = { ...measuring, onPhase: (phase: string) => measuring.onPhase(`champion: ${phase}`) };
    const pace = champion && (await this.measurer.probe(champion.sha256, factsOf(cardOf(champion)), ofChampion));
    report.champion = champion && { version: champion.version, secondsPerFrame: pace?.secondsPerFrame };
    const tooSlow = speedRefusals(probe.secondsPerFrame, pace?.secondsPerFrame, this.config);
    // What is too slow would take its time for the probe clips as well.
    if (tooSlow.length > 0) return { reasons: tooSlow, report };

    const bar = champion && (await this.qualityOf(champion, ofChampion));
    report.champion = report.champion && { ...report.champion, quality: bar };
    const quality = earlier?.report.quality ?? (await this.measurer.score(card, measuring));
    report.quality = quality;
    const reasons = qualityRefusals(quality.quality, bar, this.config);
    return reasons.length > 0 ? { reasons, report } : { card: earlier?.card ?? card, report };
  }

  private async inspect(sha256: string, { onPhase }: Measuring): Promise<object> {
    onPhase('inspecting');
    const { metadata, ...file } = await this.measurer.inspect(sha256);
    return { ...file, metadata: Object.keys(metadata) };
  }

  private async probe({ sha256, name, facts }: ModelVersion, measuring: Measuring): Promise<ProbeReport> {
    const known = await knownCard(this.database, sha256);
    const stated = known ? factsOf(known) : { name, ...(facts as EncoderCardFacts) };
    const probed = await this.measurer.probe(sha256, stated, measuring);
    return { ...probed, card: known ?? probed.card };
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

  /** The same file is measured once by the same gate, under whatever names it is registered. */
  private async earlier(sha256: string): Promise<Earlier | undefined> {
    const ready = await this.database.modelVersion.findMany({
      where: { sha256, state: 'READY', deletedAt: null },
      orderBy: { createdAt: 'asc' },
    });
    return ready.find(({ report }) => {
      const { gate, file, probe, quality } = (report ?? {}) as Partial<Report>;
      return file && probe && quality && isDeepStrictEqual(gate, this.gate);
    }) as unknown as Earlier | undefined;
  }

  /** The masks of a version are always the same, so their score on the same clips is measured once and kept. */
  private async qualityOf(row: ModelVersion, measuring: Measuring): Promise<number> {
    const report = (row.report ?? {}) as unknown as Partial<Report>;
    if (report.quality?.clips === this.gate.clips) return report.quality.quality;
    const quality = await this.measurer.score(cardOf(row), measuring);
    const { name, version } = row;
    await this.database.modelVersion.update({
      where: { name_version: { name, version } },
      data: { report: { ...report, quality } as unknown as Prisma.InputJsonObject },
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
