import { blobKeys } from '@propago/contracts';
import type { Pass } from '@propago/passes';
import { LabelsMissing } from '@propago/pipeline';
import type { BlobStore } from '@propago/runtime';
import { asFloat32, decodeSegment } from '@propago/segments';

/** Soft labels of one pass in one segment. */
interface StoredLabels {
  firstFrame: number;
  /** frames x patches x (1 + objects) */
  labels: Float32Array;
  /** Values of one frame. */
  perFrame: number;
}

/** Soft labels of one segment, of all passes that its masks are made from. */
export class PassLabels {
  private constructor(
    readonly grid: { rows: number; cols: number },
    private readonly stored: ReadonlyMap<string, StoredLabels>,
  ) {}

  /** @throws LabelsMissing */
  static async read(storage: BlobStore, runId: string, of: { passes: Pass[]; segment: number }): Promise<PassLabels> {
    let grid = { rows: 1, cols: 1 };
    const stored = new Map<string, StoredLabels>();
    for (const pass of of.passes) {
      const key = blobKeys.labels(runId, pass.key, of.segment);
      const file = await storage.get(key).catch((error: unknown) => {
        throw LabelsMissing.from(pass.key, error);
      });
      const { header, payload } = decodeSegment('labels', file, key);
      grid = { rows: header.rows, cols: header.cols };
      const perFrame = header.rows * header.cols * header.classes;
      stored.set(pass.key, { firstFrame: header.firstFrame, labels: asFloat32(payload), perFrame });
    }
    return new PassLabels(grid, stored);
  }

  /** patches x (1 + objects) of one frame of a pass, in place. */
  on(frame: number, { key }: Pass): Float32Array {
    const { firstFrame, labels, perFrame } = this.stored.get(key)!;
    const at = (frame - firstFrame) * perFrame;
    return labels.subarray(at, at + perFrame);
  }
}
