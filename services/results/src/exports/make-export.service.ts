import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, type CodedError, type ExportFormat, type StageJobs } from '@propago/contracts';
import { Database, type Prisma } from '@propago/database';
import { writeExport } from '@propago/formats';
import type { JobReport } from '@propago/pipeline';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { withScratchFolder } from '@propago/storage';
import { RunSource } from './run-source';
import { INCLUDE_FOR_EXPORT, type WantedExport } from './wanted-export';

/** Between two notes of how far it is. */
const NOTE_MS = 1000;

/**
 * Makes a file of a run's masks. A worker that dies in the midst of it leaves nothing but a scratch folder, which goes
 * with the next job; whoever takes the job then begins again.
 */
@Injectable()
export class MakeExportService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'results'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly news: News,
  ) {}

  async make({ runId, exportId }: StageJobs['exports'], signal: AbortSignal): Promise<JobReport> {
    const wanted = await this.database.export.findUnique({ where: { id: exportId }, include: INCLUDE_FOR_EXPORT });
    if (!wanted || wanted.work?.finishedAt) return { skipped: true };
    await this.note(exportId, { state: 'running', framesDone: 0 });
    this.news.progress(runId);
    const start = performance.now();
    await withScratchFolder('export', (folder) => this.writeAndStore(wanted, folder, signal));
    this.news.progress(runId);
    return { frames: wanted.frames, workSeconds: (performance.now() - start) / 1000 };
  }

  /** A failure stays until the same is asked for again. */
  async fail({ runId, exportId }: StageJobs['exports'], { code, message }: CodedError): Promise<void> {
    await this.note(exportId, { state: 'failed', errorCode: code, errorDetail: message, finishedAt: new Date() });
    this.news.progress(runId);
  }

  private async writeAndStore(wanted: WantedExport, folder: string, signal: AbortSignal): Promise<void> {
    const { id: exportId, runId, format, options, frames } = wanted;
    const source = new RunSource(this.database, this.storage, this.config, {
      wanted,
      signal,
      onFrame: this.noteOf(wanted),
    });
    const file = path.join(folder, 'export');
    const scratch = path.join(folder, 'scratch');
    await mkdir(scratch);
    const report = await writeExport(format as ExportFormat, await source.open(), { file, scratch, signal }, options);
    await source.assertCurrent();
    const key = blobKeys.export(runId, exportId);
    const { bytes, sha256 } = await this.storage.putStream(key, createReadStream(file));
    const stored = { state: 'ready', framesDone: frames, bytes: BigInt(bytes), sha256, finishedAt: new Date() };
    const isKept = await this.note(exportId, { ...stored, report: report as unknown as Prisma.InputJsonObject });
    // Nobody would know it any more.
    if (!isKept) await this.storage.delete(key);
  }

  /** Writes down now and then how many frames have been read. */
  private noteOf({ id, runId }: WantedExport): (index: number) => Promise<void> {
    let notedAt = performance.now();
    return async (index) => {
      if (performance.now() - notedAt < NOTE_MS) return;
      notedAt = performance.now();
      await this.database.exportWork.updateMany({ where: { exportId: id }, data: { framesDone: index + 1 } });
      this.news.progress(runId);
    };
  }

  /** @returns false when the export was removed meanwhile */
  private async note(
    exportId: string,
    data: Omit<Prisma.ExportWorkUncheckedCreateInput, 'exportId'>,
  ): Promise<boolean> {
    return this.database.$transaction(async (transaction) => {
      // Whoever removes it waits, or this sees that it is gone.
      const found = await transaction.$queryRaw<object[]>`
        SELECT 1 FROM "Export" WHERE id = ${exportId}::uuid FOR KEY SHARE`;
      if (found.length === 0) return false;
      await transaction.exportWork.upsert({ where: { exportId }, create: { exportId, ...data }, update: data });
      return true;
    });
  }
}
