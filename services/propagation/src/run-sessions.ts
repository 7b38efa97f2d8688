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
  private readonly keptAtMost: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'propagation'>,
    private readonly stored: StoredSegments,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.keptAtMost = config.PROPAGATION_CONCURRENCY;
    const backend = config.PROPAGO_AFFINITY as EngineOptions['backend'];
    const warn = (message: string) => logger.warn(message);
    this.engine = createEngine({ threads: config.KERNEL_THREADS, backend, warn });
    logger.info({ backend: this.engine.backend, threads: config.KERNEL_THREADS }, 'affinity kernel');
  }

  /** The walk whose context is complete for `step`; the caller owns it until it is given to `keep`. */
  async take(of: RunPass, step: number, features: SegmentFrames<unknown>): Promise<PassWalk> {
    const name = nameOf(of);
    const kept = this.kept.get(name);
    this.kept.delete(name);
    if (kept?.step === step) return kept;
    kept?.session.close();
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

  keep(of: RunPass, walk: PassWalk): void {
    const name = nameOf(of);
    this.kept.get(name)?.session.close();
    this.kept.delete(name);
    this.kept.set(name, walk);
    for (const [surplus, { session }] of [...this.kept].slice(0, -this.keptAtMost)) {
      session.close();
      this.kept.delete(surplus);
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
