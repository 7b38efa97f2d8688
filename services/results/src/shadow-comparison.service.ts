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

  /** Both runs have succeeded, so they have the same frames. */
  async compare(shadowRunId: string, signal: AbortSignal): Promise<JobReport> {
    const shadow = await this.database.run.findUnique({
      where: { id: shadowRunId },
      include: {
        comparison: true,
        objects: { where: { kind: 'mask' } },
        shadowOf: true,
        featureSet: { include: { frameTable: true } },
      },
    });
    const base = shadow?.shadowOf;
    const frameCount = shadow?.featureSet.frameTable?.frameCount;
    if (!shadow || shadow.comparison || !base || base.deletedAt || !frameCount) return { skipped: true };
    const [baseKeys, shadowKeys] = [
      await maskKeysOf(this.database, base.id),
      await maskKeysOf(this.database, shadow.id),
    ];
    const start = performance.now();
    // Frame 0 is the given mask in both; it says something only where it is all there is.
    const first = frameCount === 1 ? 0 : 1;
    let sum = 0;
    for (let frame = first; frame < frameCount; frame++) {
      signal.throwIfAborted();
      const [a, b] = await Promise.all([this.mask(baseKeys[frame]!), this.mask(shadowKeys[frame]!)]);
      for (const { id } of shadow.objects) sum += jaccard(a, b, id);
    }
    const frames = frameCount - first;
    const measured = {
      frames,
      meanJaccard: sum / (frames * shadow.objects.length),
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
