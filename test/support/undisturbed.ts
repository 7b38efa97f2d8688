import { createHash } from 'node:crypto';
import { formOf } from './corrections-client';
import type { PatientClient } from './patient-client';
import type { Platform } from './platform';
import { randomFrom } from './random-corrections';
import type { AcceptedRun, Scene } from './stream-of-runs';

/** End states that a kind of run may have; all others succeed. */
const ENDS: Record<string, string[]> = { broken: ['failed'], cancelled: ['cancelled', 'succeeded'] };

/** What runs must come to: the masks of runs of a platform to which nothing happens. */
export class Undisturbed {
  /** By scene. */
  private readonly digests = new Map<Scene, Promise<string>>();

  constructor(
    private readonly platform: Platform,
    private readonly client: PatientClient,
  ) {}

  /** What is wrong with a run at its end. */
  async wrongWith({ id, kind, scene }: AcceptedRun): Promise<string[]> {
    const path = `/v1/runs/${id}`;
    const { status, body } = await this.client.send(path);
    if (kind === 'deleted') return status === 404 ? [] : [`${id} (deleted): ${status}`];
    const { state, error } = JSON.parse(body.toString()) as { state: string; error: { code: string } | null };
    const isMeant = (ENDS[kind] ?? ['succeeded']).includes(state);
    if (!isMeant) return [`${id} (${kind}) ${state}: ${JSON.stringify(error)}`];
    if (kind === 'broken') return error?.code === 'VIDEO_NO_FRAMES' ? [] : [`${id} failed with ${error?.code}`];
    if (state !== 'succeeded') return [];
    const frames = scene.clip.frames.length;
    const { items } = await this.client.json<{ items: { index: number }[] }>(`${path}/frames?limit=1000`);
    if (items.length !== frames || items.some(({ index }, i) => index !== i))
      return [`${id} has ${items.length} frames`];
    const hash = createHash('sha256');
    for (let frame = 0; frame < frames; frame++) {
      hash.update((await this.client.send(`${path}/frames/${frame}/mask.png`)).body);
    }
    const isSame = hash.digest('hex') === (await this.masksOf(scene));
    return isSame ? [] : [`${id} (${kind}, ${scene.name}) has other masks than an undisturbed run`];
  }

  private masksOf(scene: Scene): Promise<string> {
    const digest = this.digests.get(scene) ?? this.make(scene);
    this.digests.set(scene, digest);
    return digest;
  }

  private async make({ clip, wanted }: Scene): Promise<string> {
    const body = formOf(clip, wanted, randomFrom(1));
    body.append('video', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
    const answer = await fetch(`${this.platform.url}/v1/runs`, { method: 'POST', body });
    const { id } = (await answer.json()) as { id: string };
    const { state, error } = await this.platform.waitForEnd(id);
    if (state !== 'succeeded') throw new Error(`undisturbed ${state}: ${JSON.stringify(error)}`);
    return this.platform.digestOfMasks(id, clip.frames.length);
  }
}
