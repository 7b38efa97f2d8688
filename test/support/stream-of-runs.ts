import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './campaign';
import { formOf, initOf, requestOf } from './corrections-client';
import type { PatientClient } from './patient-client';
import type { RunResource } from './platform';
import { apply, oneOf, randomFrom, randomState, stepsTowards, type Action, type RunState } from './random-corrections';
import type { SmallClip } from './small-clip';

/** A clip and what is said about it in the end: what the masks follow from. */
export interface Scene {
  name: string;
  clip: SmallClip;
  wanted: RunState;
}

export const KINDS = ['plain', 'corrected', 'on a video', 'exported', 'cancelled', 'deleted', 'broken'] as const;
export type Kind = (typeof KINDS)[number];

/** A run that was accepted, and what must come of it. */
export interface AcceptedRun {
  id: string;
  kind: Kind;
  scene: Scene;
}

const TERMINAL = ['succeeded', 'failed', 'cancelled'];
const PATIENCE_MS = 300_000;

export const scenesOf = (clips: SmallClip[], each: number, seed: number): Scene[] =>
  clips.flatMap((clip, i) =>
    Array.from({ length: each }, (_, j) => ({
      name: `clip ${i} state ${j}`,
      clip,
      wanted: randomState(randomFrom(seed * 101 + i * 10 + j), clip, 3),
    })),
  );

const copyOf = ({ objects, prompts }: RunState): RunState => ({
  objects: new Map(objects),
  prompts: new Map(prompts),
});

/** What clients of the platform do, each run in one of several ways. */
export class StreamOfRuns {
  readonly accepted: AcceptedRun[] = [];

  constructor(
    private readonly client: PatientClient,
    private readonly scenes: Scene[],
    private readonly brokenVideo: Buffer,
    private readonly history: History,
  ) {}

  /** One run from its request to its end, as far as its client sees it. */
  async one(seed: number): Promise<AcceptedRun> {
    const next = randomFrom(seed);
    const [kind, scene] = [KINDS[seed % KINDS.length]!, oneOf(next, this.scenes)];
    const state = kind === 'corrected' ? randomState(next, scene.clip, 2) : copyOf(scene.wanted);
    const id = await this.accept(kind, scene, state, next);
    const run = { id, kind, scene };
    this.accepted.push(run);
    this.history.note(`accepted: ${id} ${kind}, ${scene.name}`);
    if (kind === 'corrected') await this.correct(run, state, next);
    if (kind === 'cancelled' || kind === 'deleted') await sleep(next() * 3000);
    if (kind === 'cancelled') await this.expect([202, 409], `/v1/runs/${id}/cancel`, { method: 'POST' });
    if (kind === 'deleted') await this.expect([204, 404], `/v1/runs/${id}`, { method: 'DELETE' });
    else this.history.note(`ended: ${id} ${(await this.end(id)).state}`);
    if (kind === 'exported') await this.exported(id);
    return run;
  }

  private async accept(kind: Kind, scene: Scene, state: RunState, next: () => number): Promise<string> {
    const form = formOf(scene.clip, state, next);
    const video = new Blob([new Uint8Array(kind === 'broken' ? this.brokenVideo : scene.clip.video)]);
    if (kind === 'on a video') form.append('videoId', await this.videoOf(video));
    else form.append('video', video, 'clip.mp4');
    return this.created('/v1/runs', form);
  }

  private videoOf(video: Blob): Promise<string> {
    const form = new FormData();
    form.append('video', video, 'clip.mp4');
    return this.created('/v1/videos', form);
  }

  private async created(path: string, body: FormData): Promise<string> {
    const headers = { 'idempotency-key': randomUUID() };
    return (await this.client.json<{ id: string }>(path, () => ({ method: 'POST', headers, body }))).id;
  }

  private async correct({ id, scene }: AcceptedRun, state: RunState, next: () => number): Promise<void> {
    for (;;) {
      const steps = stepsTowards(state, scene.wanted);
      if (steps.length === 0) return;
      const action = oneOf(next, steps);
      await this.act(id, scene.clip, action, next);
      apply(state, action);
      if (next() < 0.3) await this.end(id);
    }
  }

  private async act(id: string, clip: SmallClip, action: Action, next: () => number): Promise<void> {
    const request = requestOf(clip, action, next);
    const path = `/v1/runs/${id}${request.path}`;
    const { status, body, isRepeated } = await this.client.send(path, () => initOf(request));
    this.history.note(`${request.method} ${path}: ${status}`);
    // The first attempt was done, although its answer was lost.
    const wasDone = isRepeated && [404, 409].includes(status);
    if (status >= 400 && !wasDone) throw new Error(`${request.method} ${path}: ${status} ${body.toString()}`);
  }

  private async expect(statuses: number[], path: string, init: RequestInit): Promise<void> {
    const { status, body } = await this.client.send(path, () => init);
    if (!statuses.includes(status)) throw new Error(`${init.method} ${path}: ${status} ${body.toString()}`);
  }

  private async end(id: string): Promise<RunResource> {
    return this.wait(`run ${id} ends`, `/v1/runs/${id}`, (run: RunResource) => TERMINAL.includes(run.state));
  }

  /** An export that must be made, and whose file must be what it says. */
  private async exported(id: string): Promise<void> {
    type Export = { id: string; state: string; finishedAt: string | null; file: { sha256: string } | null };
    const path = `/v1/runs/${id}/exports`;
    const body = JSON.stringify({ format: 'davis' });
    const headers = { 'content-type': 'application/json' };
    const { id: exportId } = await this.client.json<Export>(path, () => ({ method: 'POST', headers, body }));
    const made = await this.wait(
      `export ${exportId} ends`,
      `${path}/${exportId}`,
      ({ finishedAt }: Export) => finishedAt !== null,
    );
    const file = await this.client.send(`${path}/${exportId}/file`);
    const sha256 = createHash('sha256').update(file.body).digest('hex');
    if (sha256 !== made.file?.sha256) throw new Error(`export ${exportId} of ${id} is ${made.state}, file ${sha256}`);
  }

  private async wait<T>(what: string, path: string, isSo: (value: T) => boolean): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(100)) {
      const value = await this.client.json<T>(path);
      if (isSo(value)) return value;
      if (Date.now() > deadline) throw new Error(`waited in vain until ${what}: ${JSON.stringify(value)}`);
    }
  }
}
