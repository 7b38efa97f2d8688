import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import { createEngine, type AffinityEngine, type EngineOptions } from '@propago/affinity';
import { PassWalk, stepOf } from '@propago/passes';
import { CONFIG, LOGGER, type ConfigOf, type Logger } from '@propago/runtime';
import { classesOf, contextFrames, kernelParametersOf, parametersOf, type RunPass } from './run-pass';
import { StoredSegments, type SegmentFrames } from './stored-segments';

/**
 * The kernel and its sessions. A session kept from the segment before saves reading its context again; without one
 * (another worker had that segment, or this process is new) the context is read back from the blobs, to the same bits.
 */
@Injectable()
export class RunSessions implements OnApplicationShutdown {
  private readonly engine: AffinityEngine;
  private readonly kept = new Map<string, PassWalk>();
  private inUse = 0;
  /** A session holds the features of its whole context, so no more are open than there are jobs at once. */
  private readonly openAtMost: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'propagation'>,
    private readonly stored: StoredSegments,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.openAtMost = config.PROPAGATION_CONCURRENCY;
    const backend = config.PROPAGO_AFFINITY as EngineOptions['backend'];
    const warn = (message: string) => logger.warn(message);
    this.engine = createEngine({ threads: config.KERNEL_THREADS, backend, warn });
    logger.info({ backend: this.engine.backend, threads: config.KERNEL_THREADS }, 'affinity kernel');
  }

  /** Gives `work` the walk whose context is complete for `step`, and keeps it for the segment that follows. */
  async use<T>(
    of: RunPass,
    { step, features }: { step: number; features: SegmentFrames<unknown> },
    work: (walk: PassWalk) => Promise<T>,
  ): Promise<T> {
    this.inUse++;
    let walk: PassWalk | undefined;
    try {
      walk = await this.take(of, step, features);
      const result = await work(walk);
      this.keep(of, walk);
      return result;
    } catch (error) {
      walk?.session.close();
      throw error;
    } finally {
      this.inUse--;
    }
  }

  private async take(of: RunPass, step: number, features: SegmentFrames<unknown>): Promise<PassWalk> {
    const name = nameOf(of);
    const kept = this.kept.get(name);
    this.kept.delete(name);
    if (kept?.step === step) return kept;
    kept?.session.close();
    this.keepAtMost(this.openAtMost - this.inUse);
    const shape = {
      grid: { rows: features.rows, cols: features.cols },
      dim: features.width,
      classes: classesOf(of),
    };
    const session = this.engine.createSession(shape, kernelParametersOf(of));
    const walk = new PassWalk(session, step);
    try {
      await this.readContext(of, walk);
    } catch (error) {
      session.close();
      throw error;
    }
    return walk;
  }

  private keep(of: RunPass, walk: PassWalk): void {
    const name = nameOf(of);
    this.kept.get(name)?.session.close();
    this.kept.delete(name);
    this.kept.set(name, walk);
    this.keepAtMost(this.openAtMost - this.inUse + 1);
  }

  /** Closes those kept longest. */
  private keepAtMost(count: number): void {
    for (const [name, { session }] of [...this.kept].slice(0, Math.max(0, this.kept.size - count))) {
      session.close();
      this.kept.delete(name);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    for (const { session } of this.kept.values()) session.close();
    await this.engine.close();
  }

  /** @throws FeaturesMissing */
  private async readContext({ run, pass }: RunPass, { session, step }: PassWalk): Promise<void> {
    const needed = contextFrames(pass, step, parametersOf(run));
    const segmentOf = (frame: number) => Math.floor(frame / run.featureSet.frameSet.segmentFrames);
    const segments = [...new Set([...needed].map(segmentOf))].sort((a, b) => a - b);
    for (const segment of segments) {
      const features = await this.stored.features(run.featureSet, segment);
      const frames = features.frames.map((rows, i) => ({ frame: features.firstFrame + i, rows }));
      const wanted = frames.filter(({ frame }) => needed.has(frame));
      const labels = await this.stored.labels(run.id, pass.key, segment);
      for (const { frame, rows } of wanted) {
        session.addContext(stepOf(pass, frame), rows, labels.frames[frame - labels.firstFrame]!);
        // A frame is unpacked on this thread, some milliseconds each; others have their turn in between.
        await setImmediate();
      }
    }
  }
}

const nameOf = ({ run, pass }: RunPass): string => `${run.id} ${pass.key}`;
