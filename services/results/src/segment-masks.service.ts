import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, type PropagationParameters } from '@propago/contracts';
import { Database, type FeatureSet, type Prisma, type Run, type Video } from '@propago/database';
import {
  encodeIndexedPng,
  encodeRles,
  readStoredMask,
  softLabelsToLabelMap,
  completePalette,
  type FrameMask,
  type LabelMap,
} from '@propago/labels';
import type { JobReport } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import { asFloat32, decodeSegment } from '@propago/segments';
import { sizeOf } from './video-size';

/** What one frame's mask is made from. */
interface FrameLabels {
  /** patches x classes */
  soft: Float32Array;
  grid: { rows: number; cols: number };
  first: LabelMap;
}

type RunWithVideo = Run & { featureSet: FeatureSet & { video: Video } };

/** Soft labels of one segment to a mask at the video's size, RLE, area and confidence for each of its frames. */
@Injectable()
export class SegmentMasksService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly news: News,
  ) {}

  async store(runId: string, segment: number, signal: AbortSignal): Promise<JobReport> {
    const id = { runId, index: segment };
    if (await this.database.resultSegment.count({ where: id })) return { skipped: true };
    const run = await this.database.run.findUniqueOrThrow({
      where: { id: runId },
      include: { featureSet: { include: { video: true } } },
    });
    const key = blobKeys.labels(runId, segment);
    const { header, payload } = decodeSegment('labels', await this.storage.get(key), key);
    const start = performance.now();
    const rows: Prisma.FrameResultCreateManyInput[] = [];
    const table = await this.database.frameSegment.findUniqueOrThrow({
      where: { featureSetId_index: { featureSetId: run.featureSetId, index: segment } },
    });
    const first = await this.firstMask(run);
    const labels = asFloat32(payload);
    const perFrame = header.rows * header.cols * header.classes;
    for (let i = 0; i < header.frames; i++) {
      signal.throwIfAborted();
      const soft = labels.subarray(i * perFrame, (i + 1) * perFrame);
      const frame = header.firstFrame + i;
      const row = await this.storeFrame(run, frame, { soft, grid: header, first });
      rows.push({
        runId,
        frame,
        pts: table.pts[i]!,
        keyFrame: table.keyFrames[i]!,
        name: table.names[i] ?? null,
        ...row,
      });
    }
    const seconds = (performance.now() - start) / 1000;
    await this.database.$transaction([
      this.database.frameResult.createMany({ data: rows, skipDuplicates: true }),
      this.database.resultSegment.upsert({
        where: { runId_index: id },
        create: { ...id, frameCount: header.frames, seconds },
        update: {},
      }),
    ]);
    this.news.progress(runId);
    return { frames: header.frames, workSeconds: seconds };
  }

  private async storeFrame(run: RunWithVideo, frame: number, { soft, grid, first }: FrameLabels) {
    const size = sizeOf(run.featureSet.video);
    const mask = this.toMask(run, soft, grid);
    // Frame 0 is what the user gave, to the pixel; its confidence is that of its labels on the grid.
    const indices = frame === 0 ? first.labels : toClassIds(mask.channel, run.classIds);
    const png = encodeIndexedPng({ ...size, indices, palette: completePalette(first.palette) });
    await this.storage.put(blobKeys.mask(run.id, frame), png);
    const areas = countIds(indices);
    const classes = encodeRles(indices, size, run.classIds).map(({ size, counts }, i) => {
      const id = run.classIds[i]!;
      return { id, area: areas[id]!, confidence: mask.confidence[i + 1]!, rle: { size, counts } };
    });
    const found = classes.some(({ area }) => area > 0);
    return { confidence: found ? mask.frameConfidence : null, classes };
  }

  private toMask(run: RunWithVideo, soft: Float32Array, grid: { rows: number; cols: number }): FrameMask {
    const { upsampling, classNormalisation } = run.parameters as PropagationParameters;
    const { inputWidth, inputHeight, video } = run.featureSet;
    return softLabelsToLabelMap(
      soft,
      run.classIds.length + 1,
      { rows: grid.rows, cols: grid.cols },
      { width: inputWidth, height: inputHeight },
      sizeOf(video),
      { upsampling, classNormalisation },
    );
  }

  private async firstMask(run: Run): Promise<LabelMap> {
    const png = await this.storage.get(run.maskKey);
    return readStoredMask(png);
  }
}

function toClassIds(channel: Uint8Array, classIds: number[]): Uint8Array {
  const ids = Uint8Array.from([0, ...classIds]);
  return channel.map((index) => ids[index]!);
}

function countIds(labels: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const id of labels) counts[id]!++;
  return counts;
}
