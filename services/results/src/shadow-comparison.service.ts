import { Inject, Injectable } from '@nestjs/common';
import { Database, type Run } from '@propago/database';
import { jaccard, type LabelFrame } from '@propago/evaluation';
import { readStoredMask } from '@propago/labels';
import type { JobReport } from '@propago/pipeline';
import { STORAGE, type BlobStore } from '@propago/runtime';
import { maskKeysOf } from './mask-keys';

/** How the masks of a shadow run differ from those of the run that it repeats. */
@Injectable()
export class ShadowComparisonService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
  ) {}

  /**
   * Both runs have succeeded, with the same prompts, so they have the same frames; a shadow begins again where they change.
   * One whose objects with masks were all removed has nothing to compare, until there is one again.
   */
  async compare(shadowRunId: string, signal: AbortSignal): Promise<JobReport> {
    const shadow = await this.database.run.findUnique({
      where: { id: shadowRunId },
      include: {
        comparison: true,
        outcome: true,
        objects: { where: { kind: 'mask' } },
        prompts: true,
        shadowOf: { include: { outcome: true } },
        featureSet: { select: { video: { select: { frameTable: true } } } },
      },
    });
    const base = shadow?.shadowOf;
    const frameCount = shadow?.featureSet.video.frameTable?.frameCount;
    const haveEnded = shadow?.outcome?.state === 'succeeded' && base?.outcome?.state === 'succeeded';
    if (!haveEnded || shadow.comparison || !base || base.deletedAt || !frameCount) return { skipped: true };
    if (shadow.objects.length === 0) return { skipped: true };
    const [baseKeys, shadowKeys] = [
      await maskKeysOf(this.database, base.id),
      await maskKeysOf(this.database, shadow.id),
    ];
    const start = performance.now();
    const compared = comparedFrames(shadow, frameCount);
    let [sum, pairs] = [0, 0];
    for (const { frame, objects } of compared) {
      signal.throwIfAborted();
      const [a, b] = await Promise.all([this.mask(baseKeys[frame]!), this.mask(shadowKeys[frame]!)]);
      for (const id of objects) sum += jaccard(a, b, id);
      pairs += objects.length;
    }
    const frames = compared.length;
    const measured = {
      frames,
      meanJaccard: sum / pairs,
      seconds: await this.encoderSeconds(shadow),
      baseSeconds: await this.encoderSeconds(base),
    };
    await this.database.shadowComparison.createMany({ data: [{ shadowRunId, ...measured }], skipDuplicates: true });
    return { frames, workSeconds: (performance.now() - start) / 1000 };
  }

  private async mask(key: string): Promise<LabelFrame> {
    return readStoredMask(await this.storage.get(key));
  }

  /**
   * Seconds in the encoder for all frames, whichever run the features were made for: two versions are compared by the
   * work that they are, not by what a cache saved. Null where the features are gone.
   */
  private async encoderSeconds({ featureSetId }: Run): Promise<number | null> {
    const { _sum } = await this.database.featureSegment.aggregate({
      where: { featureSetId },
      _sum: { encoderSeconds: true },
    });
    return _sum.encoderSeconds;
  }
}

/** What a prompt says is the same in both runs; it tells something only where there is nothing else. */
function comparedFrames(
  { objects, prompts }: { objects: { id: number }[]; prompts: { frame: number; objects: number[] }[] },
  frameCount: number,
): { frame: number; objects: number[] }[] {
  const ids = objects.map(({ id }) => id);
  const all = Array.from({ length: frameCount }, (_, frame) => ({ frame, objects: ids }));
  const given = new Map(prompts.map((prompt) => [prompt.frame, prompt.objects]));
  const propagated = all
    .map(({ frame }) => ({ frame, objects: ids.filter((id) => !given.get(frame)?.includes(id)) }))
    .filter((one) => one.objects.length > 0);
  return propagated.length > 0 ? propagated : all;
}
