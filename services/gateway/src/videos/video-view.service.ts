import { Injectable } from '@nestjs/common';
import {
  averageFrameRate,
  ERRORS,
  shownDetail,
  type AnswerOf,
  type ErrorCode,
  type VideoState,
} from '@propago/contracts';
import { Database, frameStepsOf, type Prisma } from '@propago/database';
import type { VideoProbe } from '@propago/video';
import type { Caller } from '../access/caller';
import { cursorOf, olderThan, type PlaceInList } from '../http/paging';
import type { OwnVideo } from './videos.service';

const CONTENT = { frameTable: true, failure: true } satisfies Prisma.VideoInclude;

/** What is known of the frames of a video. */
type Decoding = Pick<AnswerOf<'Video'>, 'frames' | 'decoding'>;

/** A video as the API shows it to its tenant. */
@Injectable()
export class VideoViewService {
  constructor(private readonly database: Database) {}

  /** Newest first, those after the given place. */
  async list(
    { tenant }: Caller,
    { limit, after }: { limit: number; after?: PlaceInList },
  ): Promise<AnswerOf<'VideoPage'>> {
    const videos = await this.database.uploadedVideo.findMany({
      where: { AND: [{ tenant, deletedAt: null }, olderThan(after)] },
      include: { video: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const items = videos.slice(0, limit);
    return {
      items: await Promise.all(items.map((video) => this.of(video))),
      next: videos.length > limit ? cursorOf(items.at(-1)!) : null,
    };
  }

  async of(own: OwnVideo): Promise<AnswerOf<'Video'>> {
    const { id, fileName, isKept, createdAt, video } = own;
    const probe = video.probe as unknown as VideoProbe;
    const known = await this.decodingOf(own);
    const steps = known.frames === null ? null : await frameStepsOf(this.database, video.sha256);
    return {
      id,
      fileName,
      isKept,
      createdAt: createdAt.toISOString(),
      sha256: video.sha256,
      bytes: Number(video.bytes),
      container: probe.container,
      codec: probe.codec,
      width: probe.width,
      height: probe.height,
      rotation: probe.rotation,
      frameRate: averageFrameRate(probe, steps),
      timeBase: probe.timeBase,
      durationSeconds: probe.durationSeconds,
      framesEstimated: probe.frameCountEstimate,
      ...known,
      runs: await this.database.run.count({ where: { videoId: id, deletedAt: null } }),
    };
  }

  /**
   * How far its frames are known. Content is shared, so a tenant who has not asked for frames yet must not see that they
   * are known: somebody else has the same video then.
   */
  async decodingOf({ openedAt, videoSha256: sha256 }: OwnVideo): Promise<Decoding> {
    if (!openedAt) return { frames: null, decoding: { state: 'pending', frames: 0, error: null } };
    const { frameTable, failure } = await this.database.video.findUniqueOrThrow({
      where: { sha256 },
      include: CONTENT,
    });
    const frames = frameTable?.frameCount ?? null;
    const decoded = await this.database.videoFrame.count({ where: { videoSha256: sha256 } });
    const state: VideoState = frameTable ? 'decoded' : failure ? 'failed' : 'decoding';
    return { frames, decoding: { state, frames: decoded, error: state === 'failed' ? errorOf(failure!) : null } };
  }
}

function errorOf({ videoSha256, errorCode: code, errorDetail }: Prisma.DecodingFailureGetPayload<object>) {
  const title = ERRORS[code as ErrorCode]?.title ?? code;
  return { code, title, detail: shownDetail(code, errorDetail, videoSha256) };
}
