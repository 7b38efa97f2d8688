import { Injectable } from '@nestjs/common';
import { CHAMPION, CodedError, ENCODER_SILENCE_MS, type AnswerOf, type EncoderInstanceState } from '@propago/contracts';
import { Database, type ModelVersion } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';

/** Workers that are as far with a version, and what the latest of them says. */
interface Instances {
  state: EncoderInstanceState;
  workers: number;
  reason: string | null;
}

/** What is served, in the words of the Open Inference Protocol: from the registry, and from what workers say they have. */
@Injectable()
export class ModelStatusService {
  constructor(private readonly database: Database) {}

  /**
   * @param version the champion when absent, which is what most runs get; the newest where there is no champion
   * @throws CodedError MODEL_NOT_FOUND, MODEL_VERSION_NOT_READY
   */
  async metadata(name: string, version?: string): Promise<AnswerOf<'ModelMetadata'>> {
    const versions = await this.accepted(name);
    const row = await this.row(name, versions, version);
    return { name, versions: versions.map((other) => String(other.version)), ...tensorsOf(row) };
  }

  /**
   * Resolves when a live worker has the version loaded and warmed up.
   * @throws CodedError MODEL_NOT_LOADED that says how far the workers are; as `metadata`
   */
  async ready(name: string, version?: string): Promise<AnswerOf<'ModelReady'>> {
    const row = await this.row(name, await this.accepted(name), version);
    const instances = await this.instances(row.sha256);
    const id = `${name}:${row.version}`;
    if (instances.some(({ state }) => state === 'LOADED')) return { name, version: String(row.version), ready: true };
    const states = instances.map(({ state, workers, reason }) => `${workers} ${state}${reason ? ` (${reason})` : ''}`);
    throw new CodedError('MODEL_NOT_LOADED', `${id}: ${states.join(', ') || 'no worker has it'}.`);
  }

  /** Versions that have passed their validation, oldest first. */
  private accepted(name: string): Promise<ModelVersion[]> {
    return this.database.modelVersion.findMany({
      where: { name, state: 'READY', deletedAt: null },
      orderBy: { version: 'asc' },
    });
  }

  private async row(name: string, accepted: ModelVersion[], version?: string): Promise<ModelVersion> {
    const wanted = version ?? (await this.champion(name)) ?? accepted.at(-1)?.version;
    const row = accepted.find((other) => String(other.version) === String(wanted));
    if (row) return row;
    const known = /^\d{1,9}$/.test(version ?? '') && (await this.known(name, Number(version)));
    if (known) throw new CodedError('MODEL_VERSION_NOT_READY', `${name}:${version} is ${known.state}.`);
    throw new CodedError(
      'MODEL_NOT_FOUND',
      `There is no model ${version === undefined ? name : `${name}:${version}`}.`,
    );
  }

  private async champion(name: string): Promise<number | undefined> {
    const where = { name_alias: { name, alias: CHAMPION } };
    return (await this.database.modelAlias.findUnique({ where }))?.version;
  }

  private async known(name: string, version: number): Promise<ModelVersion | null> {
    return this.database.modelVersion.findFirst({ where: { name, version, deletedAt: null } });
  }

  private instances(sha256: string): Promise<Instances[]> {
    return this.database.$queryRaw<Instances[]>`
      SELECT state, count(*)::int AS workers, (array_agg(reason ORDER BY "updatedAt" DESC))[1] AS reason
      FROM "EncoderInstance"
      WHERE sha256 = ${sha256} AND "updatedAt" > (now() AT TIME ZONE 'utc') - ${ENCODER_SILENCE_MS} * interval '1 ms'
      GROUP BY state ORDER BY state`;
  }
}

/** -1 is an axis of free length. */
function tensorsOf({ card: json }: ModelVersion) {
  const card = json as unknown as EncoderCard;
  const shape = card.layout === 'tokens' ? [-1, -1, card.dim] : [-1, card.dim, -1, -1];
  return {
    platform: 'onnxruntime_onnx',
    inputs: [{ name: card.inputName, datatype: 'FP32', shape: [-1, 3, -1, -1] }],
    outputs: [{ name: card.outputName, datatype: 'FP32', shape }],
  };
}
