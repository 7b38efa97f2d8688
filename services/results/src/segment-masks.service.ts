import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, type StageJobs } from '@propago/contracts';
import { Database, type Prisma, type VideoFrame } from '@propago/database';
import { LabelsMissing, NextSteps, planOf, type JobReport } from '@propago/pipeline';
import { FrameSources, type ObjectKind } from '@propago/passes';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import { confidenceOf, FrameKeypoints, type KeypointRun } from './frame-keypoints';
import { FrameMasks, type MaskedRun } from './frame-masks';
import { PassLabels } from './pass-labels';

type SegmentJob = Extract<StageJobs['results'], { kind: 'segment' }>;
type FrameRow = Prisma.FrameResultCreateManyInput;

/** Everything that the masks and key points of one segment are made from, as it was at one moment. */
interface WantedMasks {
  run: MaskedRun & KeypointRun;
  /** Those of the segment. */
  frames: VideoFrame[];
  sources: FrameSources;
}

/** Soft labels of one segment to masks at the video's size, RLE, area and confidence, and to key points, frame by frame. */
@Injectable()
export class SegmentMasksService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly news: News,
  ) {}

  async store(job: SegmentJob, signal: AbortSignal): Promise<JobReport> {
    const wanted = await this.wanted(job);
    if (!wanted) return { skipped: true };
    const start = performance.now();
    try {
      const rows = await this.makeMasks(wanted, job, signal);
      const seconds = (performance.now() - start) / 1000;
      const replaced = await this.commit(job, wanted, { rows, seconds });
      // Their colours have changed meanwhile.
      if (!replaced) return await this.store(job, signal);
      for (const key of replaced) await this.storage.delete(key);
      this.news.progress(job.runId);
      return { frames: rows.length, workSeconds: seconds };
    } catch (error) {
      if (!(error instanceof LabelsMissing)) throw error;
      await this.next.labelsLost(job.runId, error.pass);
      return { skipped: true };
    }
  }

  /** What to make, as long as the prompts still ask for this recipe and it is not there yet. */
  private async wanted(job: SegmentJob): Promise<WantedMasks | undefined> {
    return this.database.$transaction(
      async (transaction) => {
        const prompts = await promptsOf(transaction, job);
        if (!prompts) return undefined;
        const run = await transaction.run.findUniqueOrThrow({
          where: { id: job.runId },
          include: {
            featureSet: { include: { frameSet: true, video: true } },
            objects: true,
            prompts: true,
            keypointPrompts: true,
          },
        });
        const { videoSha256, frameSet } = run.featureSet;
        const first = job.segment * frameSet.segmentFrames;
        const frames = await transaction.videoFrame.findMany({
          where: { videoSha256, index: { gte: first, lt: first + frameSet.segmentFrames } },
          orderBy: { index: 'asc' },
        });
        return { run, frames, sources: new FrameSources(prompts) };
      },
      { isolationLevel: 'RepeatableRead' },
    );
  }

  private async makeMasks(
    { run, frames, sources }: WantedMasks,
    { runId, segment }: SegmentJob,
    signal: AbortSignal,
  ): Promise<FrameRow[]> {
    const passes = sources.within(frames[0]!.index, frames.at(-1)!.index + 1);
    const labels = await PassLabels.read(this.storage, runId, { passes, segment });
    const masks = new FrameMasks(run, this.storage);
    const points = new FrameKeypoints(run);
    const hasMasks = run.objects.some(({ kind }) => kind === 'mask');
    const rows: FrameRow[] = [];
    for (const { index: frame, pts, keyFrame, name } of frames) {
      signal.throwIfAborted();
      const on = sources.on(frame);
      const ofKind = (kind: ObjectKind) => on.filter((source) => source.kind === kind);
      const keypoints = points.of(frame, ofKind('keypoints'), labels);
      const row = { runId, frame, revision: run.revision, keypoints, pts, keyFrame, name };
      if (hasMasks) {
        const { png, ...result } = await masks.of(frame, ofKind('mask'), labels);
        const maskKey = blobKeys.mask(runId, run.revision, frame);
        await this.storage.put(maskKey, png);
        rows.push({ ...row, maskKey, ...result });
      } else {
        rows.push({ ...row, maskKey: null, confidence: confidenceOf(keypoints), classes: [] });
      }
    }
    return rows;
  }

  /**
   * Puts the masks in the place of those before, unless the prompts have changed so that they are not wanted any more.
   * @returns keys of masks that nothing refers to now; null where the masks are wanted in other colours by now
   */
  private async commit(
    job: SegmentJob,
    { run }: WantedMasks,
    { rows, seconds }: { rows: FrameRow[]; seconds: number },
  ): Promise<string[] | null> {
    const { runId, segment: index, recipe } = job;
    return this.database.$transaction(async (transaction) => {
      // Whoever changes the prompts waits here, or this sees the change.
      await transaction.$executeRaw`SELECT FROM "Run" WHERE id = ${runId}::uuid FOR UPDATE`;
      if (!(await promptsOf(transaction, job))) return [];
      const { palette } = await transaction.run.findUniqueOrThrow({ where: { id: runId }, select: { palette: true } });
      if (!isDeepStrictEqual(palette, run.palette)) return null;
      const where = { runId, frame: { in: rows.map(({ frame }) => frame) } };
      const before = await transaction.frameResult.findMany({ where, select: { maskKey: true } });
      await transaction.frameResult.deleteMany({ where });
      await transaction.frameResult.createMany({ data: rows });
      const stored = { recipe, frameCount: rows.length, seconds, storedAt: new Date() };
      await transaction.resultSegment.upsert({
        where: { runId_index: { runId, index } },
        create: { runId, index, ...stored },
        update: stored,
      });
      const kept = new Set(rows.map(({ maskKey }) => maskKey));
      return before.flatMap(({ maskKey }) => (maskKey === null || kept.has(maskKey) ? [] : maskKey));
    });
  }
}

/** The prompts of a run, if they ask for the masks of a job and these are not there yet. */
async function promptsOf(transaction: Prisma.TransactionClient, { runId, segment, recipe }: SegmentJob) {
  const plan = await planOf(transaction, runId);
  const isWanted = plan?.masks.some((wanted) => wanted.segment === segment && wanted.recipe === recipe);
  return isWanted ? plan!.rows.prompts : undefined;
}
