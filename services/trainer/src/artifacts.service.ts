import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, CodedError } from '@propago/contracts';
import { Database, type TrainingArtifact } from '@propago/database';
import { LOGGER, STORAGE, type BlobStore, type Logger } from '@propago/runtime';

/** The newest, and the one before it in case that one is damaged. */
const KEPT_CHECKPOINTS = 2;

export interface ArtifactFile {
  name: string;
  kind: 'checkpoint' | 'encoder' | 'picture';
  step?: number;
  file: string;
}

/** Files that trainings leave, in storage, with a row each. */
@Injectable()
export class Artifacts {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
  ) {}

  async store(runId: string, { name, kind, step, file }: ArtifactFile): Promise<{ bytes: number; sha256: string }> {
    const blobKey = blobKeys.trainingArtifact(runId, name);
    const stored = await this.storage.putStream(blobKey, createReadStream(file));
    const data = { kind, step, blobKey, ...stored, createdAt: new Date() };
    await this.database.trainingArtifact.upsert({
      where: { runId_name: { runId, name } },
      create: { runId, name, ...data },
      update: data,
    });
    return stored;
  }

  /** Stores a checkpoint and removes those that are older than the last ones. */
  async storeCheckpoint(runId: string, step: number, file: string): Promise<void> {
    await this.store(runId, { name: `checkpoint-${step}.pt`, kind: 'checkpoint', step, file });
    const old = (await this.checkpoints(runId)).slice(KEPT_CHECKPOINTS);
    for (const { name, blobKey } of old) {
      await this.database.trainingArtifact.deleteMany({ where: { runId, name } });
      await this.storage.delete(blobKey);
    }
  }

  async hasCheckpoint(runId: string): Promise<boolean> {
    return (await this.checkpoints(runId)).length > 0;
  }

  /**
   * Fetches the newest checkpoint that is whole.
   * @param target gives the file to write for a step
   * @returns the file, or undefined where there is no checkpoint
   */
  async fetchCheckpoint(runId: string, target: (step: number) => string): Promise<string | undefined> {
    for (const checkpoint of await this.checkpoints(runId)) {
      const file = target(checkpoint.step ?? 0);
      if ((await this.fetch(checkpoint.blobKey, file)) === checkpoint.sha256) return file;
      this.logger.warn({ runId, blob: checkpoint.blobKey }, 'a checkpoint is missing or damaged');
      await rm(file, { force: true });
    }
    return undefined;
  }

  async removeAll(runId: string): Promise<void> {
    await this.storage.deletePrefix(path.posix.dirname(blobKeys.trainingArtifact(runId, 'any')));
  }

  /** @returns the file's sha256; undefined where there is no such blob */
  private async fetch(key: string, file: string): Promise<string | undefined> {
    const hash = createHash('sha256');
    const target = await open(file, 'w');
    try {
      const source = await this.storage.getStream(key);
      source.on('data', (chunk: Buffer) => hash.update(chunk));
      await pipeline(source, target.createWriteStream());
      return hash.digest('hex');
    } catch (error) {
      if (error instanceof CodedError && error.code === 'BLOB_MISSING') return undefined;
      throw error;
    } finally {
      await target.close().catch(() => {});
    }
  }

  private checkpoints(runId: string): Promise<TrainingArtifact[]> {
    return this.database.trainingArtifact.findMany({
      where: { runId, kind: 'checkpoint' },
      orderBy: { step: 'desc' },
    });
  }
}
