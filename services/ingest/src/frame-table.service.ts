import { Injectable } from '@nestjs/common';
import type { CodedError } from '@propago/contracts';
import { Database } from '@propago/database';
import type { VideoProbe } from '@propago/video';
import type { TableRow } from './segments';

/** The frame table of a video: whoever decodes it, and for whatever size, writes the same rows. */
@Injectable()
export class FrameTableService {
  constructor(private readonly database: Database) {}

  /** Frames of the video; null until it has been decoded to its end. */
  async frameCount(videoSha256: string): Promise<number | null> {
    const table = await this.database.frameTable.findUnique({ where: { videoSha256 } });
    return table?.frameCount ?? null;
  }

  /** Rows that are there stay; those of a version that knew no checksums get theirs. */
  async store(videoSha256: string, rows: readonly TableRow[]): Promise<void> {
    await this.database.$executeRaw`
      INSERT INTO "VideoFrame" ("videoSha256", index, pts, "keyFrame", name, checksum)
      SELECT ${videoSha256}, * FROM unnest(
        ${rows.map(({ index }) => index)}::int[], ${rows.map(({ pts }) => pts)}::bigint[],
        ${rows.map(({ keyFrame }) => keyFrame)}::boolean[], ${rows.map(({ name }) => name)}::text[],
        ${rows.map(({ checksum }) => checksum)}::bigint[])
      ON CONFLICT ("videoSha256", index) DO UPDATE SET checksum = excluded.checksum
        WHERE "VideoFrame".checksum IS NULL`;
  }

  /** The last frame has been decoded. */
  async complete(videoSha256: string, frameCount: number, { timeBase }: VideoProbe): Promise<void> {
    const table = { frameCount, timeBaseNumerator: timeBase.num, timeBaseDenominator: timeBase.den };
    await this.database.frameTable.upsert({
      where: { videoSha256 },
      create: { videoSha256, ...table },
      update: {},
    });
    await this.database.decodingFailure.deleteMany({ where: { videoSha256 } });
  }

  /** Keeps why the video cannot be decoded, where that lies in the video and will not pass. */
  async fail(videoSha256: string, { code, message, kind }: CodedError): Promise<void> {
    if (kind.retryable || kind.status >= 500) return;
    const failure = { errorCode: code, errorDetail: message, failedAt: new Date() };
    await this.database.decodingFailure.upsert({
      where: { videoSha256 },
      create: { videoSha256, ...failure },
      update: failure,
    });
  }
}
