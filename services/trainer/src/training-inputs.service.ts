import { createWriteStream } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type TrainingData } from '@propago/contracts';
import { Database, type TrainingRun } from '@propago/database';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import type { BlobEntry } from '@propago/storage';
import { Artifacts } from './artifacts.service';
import { configurationOf, settingArguments } from './training-configuration';

/** As propago_trainer/metrics.py names it. */
const METRICS = 'metrics.jsonl';

/** Where everything of one run lies while it runs. */
export interface WorkFolder {
  path: string;
  /** Checkpoints and metrics; the training program's own. */
  out: string;
}

/** What a training begins with: videos, checkpoints, settings. */
@Injectable()
export class TrainingInputs {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'trainer'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly artifacts: Artifacts,
  ) {}

  /** @throws CodedError TRAINING_DATA_MISSING */
  async assertData({ folder, storage }: TrainingData): Promise<void> {
    if (folder !== undefined) await this.localPlace(folder);
    if (storage === undefined) return;
    for await (const entry of this.listed(storage)) if (entry) return;
    throw noStoredVideos(storage);
  }

  /**
   * Brings to the work folder what the run needs.
   * @returns arguments of the training program
   * @throws CodedError TRAINING_DATA_MISSING, TRAINING_PARENT_MISSING
   */
  async prepare(row: TrainingRun, work: WorkFolder): Promise<string[]> {
    const { settings, data } = configurationOf(row);
    await mkdir(work.out, { recursive: true });
    const videos = await this.videos(data, work);
    const given = await this.artifacts.fetchCheckpoint(row.id, (step) => path.join(work.out, checkpointName(step)));
    if (given !== undefined) await this.writeMetrics(row.id, path.join(work.out, METRICS));
    const parent = given === undefined ? await this.parent(row, work) : undefined;
    return [
      'train',
      ...settingArguments(settings),
      `data=${data.source}`,
      ...(videos === undefined ? [] : [`videos=${videos}`]),
      ...(parent === undefined ? [] : [`parent=${parent}`]),
      `out=${work.out}`,
    ];
  }

  /** What the run has reported so far: the program goes on with the file, and draws its curves from all of it. */
  private async writeMetrics(runId: string, file: string): Promise<void> {
    const rows = await this.database.trainingMetric.findMany({
      where: { runId, kind: 'train' },
      orderBy: { step: 'asc' },
    });
    const lines = rows.map(({ step, values }) => JSON.stringify({ event: 'step', step, ...(values as object) }));
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  }

  private async parent({ parentId }: TrainingRun, work: WorkFolder): Promise<string | undefined> {
    if (parentId === null) return undefined;
    const file = await this.artifacts.fetchCheckpoint(parentId, () => path.join(work.path, 'parent.pt'));
    if (file) return file;
    throw new CodedError('TRAINING_PARENT_MISSING', `There is no checkpoint of the training run ${parentId}.`);
  }

  private async videos({ folder, storage }: TrainingData, work: WorkFolder): Promise<string | undefined> {
    if (folder !== undefined) return this.localPlace(folder);
    if (storage === undefined) return undefined;
    const target = path.join(work.path, 'data');
    await mkdir(target, { recursive: true });
    const files: string[] = [];
    for await (const { key } of this.listed(storage)) {
      const file = path.join(target, `${files.length}${path.posix.extname(key)}`);
      await pipeline(await this.storage.getStream(key), createWriteStream(file));
      files.push(path.basename(file));
    }
    if (files.length === 0) throw noStoredVideos(storage);
    // A list and not the folder: uploaded videos have no extension, which the training program goes by.
    const list = path.join(target, 'videos.txt');
    await writeFile(list, `${files.join('\n')}\n`);
    return list;
  }

  private async *listed(prefix: string): AsyncIterable<BlobEntry> {
    try {
      yield* this.storage.list(prefix);
    } catch (error) {
      if (error instanceof RangeError) throw noStoredVideos(prefix);
      throw error;
    }
  }

  /** A path below the configured root, also after its links were followed. */
  private async localPlace(folder: string): Promise<string> {
    const root = this.config.TRAINING_DATA;
    if (root === undefined) {
      throw new CodedError('TRAINING_DATA_MISSING', 'This trainer has no folder of videos: see TRAINING_DATA.');
    }
    const [base, place] = await Promise.all(
      [root, path.join(root, folder)].map((each) => realpath(each).catch(() => '')),
    );
    // A comma would part it into several places.
    if (base && place && (place === base || place.startsWith(`${base}${path.sep}`)) && !place.includes(','))
      return place;
    throw new CodedError('TRAINING_DATA_MISSING', `There is no '${folder}' below the trainer's folder of videos.`);
  }
}

/** As propago_trainer/checkpoint.py names its files. */
function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.pt`;
}

function noStoredVideos(prefix: string): CodedError {
  return new CodedError('TRAINING_DATA_MISSING', `There are no stored files below '${prefix}'.`);
}
