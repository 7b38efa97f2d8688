import { ContextGroup } from '../context';
import { AffinityEngine, AffinitySession, KernelOutcome, KernelSession, PropagateOptions, TopKLists } from '../engine';
import { checkFeatureValues, Features } from '../features';
import { halfWidths, unrestricted } from '../neighbourhood';
import { AffinityParameters, AffinityShape } from '../parameters';
import { ContextSession } from '../session';
import { laneLength, layOut, sharedFloat32, sharedFloat64, sharedInt32 } from './layout';
import { createPool, Pool } from './pool';

/**
 * The readable kernel that states the truth: every similarity in fp64, no filter. It is what every other backend must equal.
 *
 * @param workerFile compiled `reference/worker`; by default the one beside the compiled pool
 */
export function createReferenceEngine(threads: number, workerFile?: string): AffinityEngine {
  const pool = createPool(threads, workerFile);
  return {
    backend: 'reference',
    createSession: (shape, parameters): AffinitySession =>
      new ContextSession(shape, parameters, () => new ReferenceSession(shape, parameters, pool)),
    close: () => pool.close(),
  };
}

class ReferenceSession implements KernelSession {
  private readonly frames = new Map<number, { features: Float64Array; labels: Float32Array }>();
  private readonly near: Int32Array;
  private readonly all: Int32Array;

  constructor(
    private readonly shape: AffinityShape,
    private readonly parameters: AffinityParameters,
    private readonly pool: Pool,
  ) {
    this.near = halfWidths(parameters.neighbourhood, shape.grid);
    this.all = unrestricted(shape.grid);
  }

  add(frame: number, features: Features, labels: Float32Array): void {
    checkFeatureValues(features, this.shape.dim, frame);
    const shared = sharedFloat32(labels.length);
    shared.set(labels);
    this.frames.set(frame, { features: layOut(features, this.shape.dim), labels: shared });
  }

  drop(frame: number): void {
    this.frames.delete(frame);
  }

  close(): void {
    this.frames.clear();
  }

  async run(
    target: number,
    groups: ContextGroup[],
    features: Features,
    { signal, lists: wanted }: PropagateOptions,
  ): Promise<KernelOutcome> {
    const { grid, dim, classes } = this.shape;
    const { topK, temperature, normaliseLabels } = this.parameters;
    checkFeatureValues(features, dim, target);
    const patches = grid.rows * grid.cols;
    const labels = sharedFloat32(patches * classes);
    const lists = wanted ? emptyLists(patches, topK) : undefined;
    const job = {
      grid,
      laneLength: laneLength(dim),
      classes,
      topK,
      temperature,
      normaliseLabels,
      groups: groups.map(({ frame, restricted, positions }) => ({
        ...this.frames.get(frame)!,
        positions,
        reach: restricted ? this.near : this.all,
      })),
      features: layOut(features, dim),
      labels,
      lists,
    };
    await this.pool.run(job, signal);
    // Shared memory is refused by much of Node's API (files, messages to other processes), so the result leaves it.
    return { labels: labels.slice(), lists };
  }
}

function emptyLists(patches: number, topK: number): TopKLists {
  return {
    counts: sharedInt32(patches),
    positions: sharedInt32(patches * topK).fill(-1),
    patches: sharedInt32(patches * topK).fill(-1),
    scores: sharedFloat64(patches * topK),
  };
}
