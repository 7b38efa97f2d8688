import { Injectable } from '@nestjs/common';
import {
  CHAMPION,
  CodedError,
  SHADOW,
  type EncoderAnswer,
  type EncoderQuestion,
  type EncoderVersion,
  type TrafficSplit,
} from '@propago/contracts';
import { Database, type ModelVersion, type Prisma } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';
import { ConfiguredEncoders } from './configured-encoders.service';
import { parseEncoderName } from './encoder-name';
import { aliasOf } from './traffic';

const DIGEST = /^[0-9a-f]{6,64}$/;

/** Finds the version that a run is bound to for its whole life. */
@Injectable()
export class EncoderChoice {
  constructor(
    private readonly database: Database,
    private readonly configured: ConfiguredEncoders,
  ) {}

  /** @throws CodedError ENCODER_UNKNOWN that lists what is known, MODEL_VERSION_NOT_READY */
  async choose({ encoder, runId }: EncoderQuestion): Promise<EncoderAnswer<EncoderCard>> {
    await this.configured.registered;
    const wanted = encoder ?? this.configured.defaultModel;
    // One moment of the registry: a promotion between two looks would leave a split with an alias that is no more.
    return this.database.$transaction((moment) => new Choice(moment).of(wanted, runId), {
      isolationLevel: 'RepeatableRead',
    });
  }
}

/** The choice as of one moment. */
class Choice {
  constructor(private readonly database: Prisma.TransactionClient) {}

  async of(encoder: string, runId: string): Promise<EncoderAnswer<EncoderCard>> {
    const name = parseEncoderName(encoder);
    if (name.kind === 'alias')
      return { ...(await this.ofAlias(name.name, name.alias)), chosenBy: `alias:${name.alias}` };
    if (name.kind === 'version') {
      return { ...versionOf(await this.ready(name.name, name.version)), chosenBy: 'version' };
    }
    if (await this.database.modelVersion.count({ where: { name: name.text, deletedAt: null } })) {
      return this.byTraffic(name.text, runId);
    }
    return { ...(await this.ofDigest(name.text)), chosenBy: 'digest' };
  }

  private async byTraffic(name: string, runId: string): Promise<EncoderAnswer<EncoderCard>> {
    const traffic = await this.database.modelTraffic.findUnique({ where: { name } });
    const shadow = await this.database.modelAlias.findUnique({ where: { name_alias: { name, alias: SHADOW } } });
    const alias = traffic ? aliasOf(runId, traffic.split as unknown as TrafficSplit) : CHAMPION;
    const chosen = { ...(await this.ofAlias(name, alias)), chosenBy: `traffic:${alias}` };
    if (!shadow || shadow.version === chosen.version) return chosen;
    return { ...chosen, shadow: versionOf(await this.ready(name, shadow.version)) };
  }

  private async ofAlias(name: string, alias: string): Promise<EncoderVersion<EncoderCard>> {
    const found = await this.database.modelAlias.findUnique({ where: { name_alias: { name, alias } } });
    if (!found) throw await this.unknown(`The model '${name}' has no alias '${alias}'`);
    return versionOf(await this.ready(name, found.version));
  }

  private async ready(name: string, version: number): Promise<ModelVersion> {
    const found = await this.database.modelVersion.findUnique({ where: { name_version: { name, version } } });
    if (!found || found.deletedAt) throw await this.unknown(`There is no encoder '${name}:${version}'`);
    if (found.state !== 'READY') {
      throw new CodedError('MODEL_VERSION_NOT_READY', `The encoder ${name}:${version} is ${found.state}.`);
    }
    return found;
  }

  private async ofDigest(text: string): Promise<EncoderVersion<EncoderCard>> {
    const found = DIGEST.test(text)
      ? await this.database.modelVersion.findMany({
          where: { sha256: { startsWith: text }, state: 'READY', deletedAt: null },
          orderBy: { createdAt: 'asc' },
        })
      : [];
    if (new Set(found.map(({ sha256 }) => sha256)).size > 1)
      throw await this.unknown(`'${text}' stands for several encoders`);
    if (found.length === 0) throw await this.unknown(`There is no encoder '${text}'`);
    return versionOf(found[0]!);
  }

  private async unknown(why: string): Promise<CodedError> {
    const versions = await this.database.modelVersion.findMany({
      where: { state: 'READY', deletedAt: null },
      orderBy: [{ name: 'asc' }, { version: 'desc' }],
      take: 20,
    });
    const known = versions.map(({ name, version, sha256 }) => `${name}:${version} (${sha256.slice(0, 12)})`).join(', ');
    return new CodedError('ENCODER_UNKNOWN', `${why}; known are ${known}.`);
  }
}

function versionOf({ name, version, sha256, card }: ModelVersion): EncoderVersion<EncoderCard> {
  return { name, version, sha256, card: card as unknown as EncoderCard };
}
