import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, CodedError, type StageJobs } from '@propago/contracts';
import { Database } from '@propago/database';
import type { JobReport, StageHandler } from '@propago/pipeline';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { openVideoSource, type VideoSource } from '@propago/video';
import { FrameTableService } from './frame-table.service';
import { PictureService } from './picture.service';
import { inSegments } from './segments';
import { videoLimits } from './video-limits';

/** So many rows of a frame table are stored at a time: whoever waits for the first ones need not wait for the last. */
const ROWS_AT_ONCE = 16;

/** What people look at before there is a run, and beside it: frame tables, and pictures of frames. */
@Injectable()
export class PicturesProcessor implements StageHandler<'pictures'> {
  readonly stage = 'pictures';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'ingest'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly table: FrameTableService,
    private readonly pictures: PictureService,
  ) {
    this.concurrency = config.PICTURES_CONCURRENCY;
  }

  async process(job: StageJobs['pictures'], signal: AbortSignal): Promise<JobReport> {
    const { sha256 } = job;
    if (job.kind === 'table') {
      if ((await this.table.frameCount(sha256)) !== null) return { skipped: true };
      return this.withVideo(sha256, (source) => this.makeTable(sha256, source, signal));
    }
    const wanted = await this.pictures.lacking(sha256, job.chunk);
    if (wanted.length === 0) return { skipped: true };
    return this.withVideo(sha256, (source) => this.pictures.make(source, wanted, signal));
  }

  /** The last one who had the video may have removed it while a picture was made. */
  async discard({ sha256 }: StageJobs['pictures']): Promise<void> {
    const isKept = await this.database.video.count({ where: { sha256 } });
    if (!isKept) await this.storage.deletePrefix(blobFolders.pictures(sha256));
  }

  private withVideo(sha256: string, use: (source: VideoSource) => Promise<JobReport>): Promise<JobReport> {
    return this.storage.withLocalFile(
      blobKeys.video(sha256),
      async (file) => use(await openVideoSource(file, videoLimits(this.config))),
      { content: sha256 },
    );
  }

  private async makeTable(sha256: string, source: VideoSource, signal: AbortSignal): Promise<JobReport> {
    const start = performance.now();
    let frames = 0;
    try {
      for await (const { rows } of inSegments(source.frames(signal), ROWS_AT_ONCE, () => null)) {
        await this.table.store(sha256, rows);
        frames += rows.length;
      }
      await this.table.complete(sha256, frames, source.probe);
    } catch (error) {
      if (error instanceof CodedError && !signal.aborted) await this.table.fail(sha256, error);
      throw error;
    }
    return { frames, workSeconds: (performance.now() - start) / 1000 };
  }
}
