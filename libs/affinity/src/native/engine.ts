import { ContextGroup } from '../context';
import {
  AffinityEngine,
  Backend,
  KernelSession,
  Path,
  PATHS,
  KernelOutcome,
  PropagateOptions,
  TopKLists,
} from '../engine';
import { Features, invalidRow } from '../features';
import { halfWidths, unrestricted } from '../neighbourhood';
import { AffinityParameters, AffinityShape } from '../parameters';
import { ContextSession } from '../session';
import { Addon, EngineHandle, JobHandle, Outcome, SessionHandle } from './addon';

/** An engine on the addon's own threads; `backend` must be one the addon calls usable. */
export function createNativeEngine(addon: Addon, backend: Backend, threads: number, path: Path): AffinityEngine {
  const engine = addon.createEngine(backend, threads, PATHS.indexOf(path));
  let closed = false;
  return {
    backend,
    createSession: (shape, parameters) =>
      new ContextSession(shape, parameters, () => new NativeSession(addon, engine, shape, parameters)),
    close: () => {
      if (!closed) addon.closeEngine(engine);
      closed = true;
      return Promise.resolve();
    },
  };
}

class NativeSession implements KernelSession {
  private readonly session: SessionHandle;
  /** The last target's array: given again as context, its packed form is taken over instead of being made anew. */
  private lastFeatures: Features | undefined;

  constructor(
    private readonly addon: Addon,
    engine: EngineHandle,
    private readonly shape: AffinityShape,
    private readonly parameters: AffinityParameters,
  ) {
    const { grid, dim, classes } = shape;
    const { topK, temperature, normaliseLabels, neighbourhood } = parameters;
    this.session = addon.createSession(engine, {
      ...grid,
      dim,
      classes,
      topK,
      temperature,
      normalise: normaliseLabels,
      near: halfWidths(neighbourhood, grid),
      all: unrestricted(grid),
    });
  }

  add(frame: number, features: Features, labels: Float32Array): void {
    if (features === this.lastFeatures && this.addon.adopt(this.session, frame, labels)) {
      this.lastFeatures = undefined;
      return;
    }
    const refused = this.addon.add(this.session, frame, features, labels);
    if (refused) throw invalidRow(frame, refused.patch, refused.squares);
  }

  drop(frame: number): void {
    this.addon.drop(this.session, frame);
  }

  close(): void {
    this.addon.clear(this.session);
  }

  async run(
    target: number,
    groups: ContextGroup[],
    features: Features,
    { signal, lists: wanted }: PropagateOptions,
  ): Promise<KernelOutcome> {
    const patches = this.shape.grid.rows * this.shape.grid.cols;
    const labels = new Float32Array(patches * this.shape.classes);
    const lists = wanted ? emptyLists(patches, this.parameters.topK) : undefined;
    const entries = groups.map((group) => ({ ...group, positions: Int32Array.from(group.positions) }));
    this.lastFeatures = undefined;
    let job: JobHandle | undefined;
    const cancel = () => job && this.addon.cancel(job);
    signal?.addEventListener('abort', cancel, { once: true });
    const outcome = await new Promise<Outcome>((resolve) => {
      job = this.addon.run(this.session, target, entries, features, labels, lists, resolve);
    }).finally(() => signal?.removeEventListener('abort', cancel));
    if (outcome.badPatch >= 0) throw invalidRow(target, outcome.badPatch, outcome.squares);
    signal?.throwIfAborted();
    if (outcome.cancelled) throw new Error('The affinity engine is closed');
    this.lastFeatures = features;
    return { labels, lists, survivors: outcome.survivors, scored: outcome.scored };
  }
}

function emptyLists(patches: number, topK: number): TopKLists {
  return {
    counts: new Int32Array(patches),
    positions: new Int32Array(patches * topK).fill(-1),
    patches: new Int32Array(patches * topK).fill(-1),
    scores: new Float64Array(patches * topK),
  };
}
