import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import {
  contextEntries,
  createEngine,
  type AffinityEngine,
  type AffinitySession,
  type EngineOptions,
} from '@propago/affinity';
import { blobKeys, CodedError, type PropagationParameters } from '@propago/contracts';
import type { FeatureSet, Run } from '@propago/database';
import { CONFIG, LOGGER, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { asFloat16Bits, asFloat32, decodeSegment } from '@propago/segments';

export type RunWithFeatures = Run & { featureSet: FeatureSet };

/** Where a run's propagation stands in this process: the kernel's context, good for one next frame only. */
export interface RunSession {
  session: AffinitySession;
  /** The frame that the context is complete for. */
  nextFrame: number;
}

/** The storage lacks features that a row promises: the janitor was cut off, or a bucket was restored that had none. */
export class FeaturesMissing extends CodedError {
  constructor(
    readonly segment: number,
    { message, cause }: CodedError,
  ) {
    super('BLOB_MISSING', message, { cause });
  }
}

/** Features or labels of the frames of one segment. */
export interface SegmentFrames<T> {
  firstFrame: number;
  frames: T[];
  rows: number;
  cols: number;
  /** dim of features, classes of labels. */
  width: number;
}

/**
 * The kernel and its sessions. A session kept from the segment before saves reading its context again; without one
 * (another worker had that segment, or this process is new) the context is read back from the blobs, to the same bits.
 */
@Injectable()
export class RunSessions implements OnApplicationShutdown {
  private readonly engine: AffinityEngine;
  private readonly kept = new Map<string, RunSession>();
  private readonly keptAtMost: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'propagation'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.keptAtMost = config.PROPAGATION_CONCURRENCY;
    const backend = config.PROPAGO_AFFINITY as EngineOptions['backend'];
    const warn = (message: string) => logger.warn(message);
    this.engine = createEngine({ threads: config.KERNEL_THREADS, backend, warn });
    logger.info({ backend: this.engine.backend, threads: config.KERNEL_THREADS }, 'affinity kernel');
  }

  /** The session whose context is complete for `nextFrame`; the caller owns it until it is given to `keep`. */
  async take(run: RunWithFeatures, nextFrame: number, features: SegmentFrames<unknown>): Promise<RunSession> {
    const kept = this.kept.get(run.id);
    this.kept.delete(run.id);
    if (kept?.nextFrame === nextFrame) return kept;
    kept?.session.close();
    const shape = { grid: { rows: features.rows, cols: features.cols }, dim: features.width, classes: classesOf(run) };
    const session = this.engine.createSession(shape, parametersOf(run));
    try {
      await this.readContext(run, nextFrame, session);
    } catch (error) {
      session.close();
      throw error;
    }
    return { session, nextFrame };
  }

  keep(runId: string, session: RunSession): void {
    this.kept.get(runId)?.session.close();
    this.kept.delete(runId);
    this.kept.set(runId, session);
    for (const [surplus, { session: old }] of [...this.kept].slice(0, -this.keptAtMost)) {
      old.close();
      this.kept.delete(surplus);
    }
  }

  /** @throws FeaturesMissing */
  async readFeatures(set: FeatureSet, segment: number): Promise<SegmentFrames<Float32Array | Uint16Array>> {
    const key = blobKeys.features(set.id, segment);
    const file = await this.storage.get(key).catch((error: unknown) => {
      const isMissing = error instanceof CodedError && error.code === 'BLOB_MISSING';
      throw isMissing ? new FeaturesMissing(segment, error) : error;
    });
    const { header, payload } = decodeSegment('features', file, key);
    const { firstFrame, rows, cols, dim } = header;
    const all = header.dtype === 'float16' ? asFloat16Bits(payload) : asFloat32(payload);
    const frames = split(all, header.frames);
    return { firstFrame, frames, rows, cols, width: dim };
  }

  async onApplicationShutdown(): Promise<void> {
    for (const { session } of this.kept.values()) session.close();
    await this.engine.close();
  }

  private async readContext(run: RunWithFeatures, target: number, session: AffinitySession): Promise<void> {
    if (target === 0) return;
    const needed = new Set(contextEntries(target, parametersOf(run)).map(({ frame }) => frame));
    const segmentOf = (frame: number) => Math.floor(frame / run.featureSet.segmentFrames);
    const segments = [...new Set([...needed].map(segmentOf))].sort((a, b) => a - b);
    for (const segment of segments) {
      const features = await this.readFeatures(run.featureSet, segment);
      const labels = await this.readLabels(run.id, segment);
      for (const [i, rows] of features.frames.entries()) {
        const frame = features.firstFrame + i;
        if (!needed.has(frame)) continue;
        session.addContext(frame, rows, labels.frames[i]!);
        // A frame is unpacked on this thread, some milliseconds each; others have their turn in between.
        await setImmediate();
      }
    }
  }

  private async readLabels(runId: string, segment: number): Promise<SegmentFrames<Float32Array>> {
    const key = blobKeys.labels(runId, segment);
    const { header, payload } = decodeSegment('labels', await this.storage.get(key), key);
    const { firstFrame, rows, cols, classes } = header;
    return { firstFrame, frames: split(asFloat32(payload), header.frames), rows, cols, width: classes };
  }
}

/** Channels of the soft labels: the background and one for each class of the first mask. */
export function classesOf(run: Run): number {
  return run.classIds.length + 1;
}

export function parametersOf(run: Run): PropagationParameters {
  return run.parameters as PropagationParameters;
}

function split<T extends Float32Array | Uint16Array>(all: T, frames: number): T[] {
  const each = all.length / frames;
  return Array.from({ length: frames }, (_, i) => all.subarray(i * each, (i + 1) * each) as T);
}
