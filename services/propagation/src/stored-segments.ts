import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, CodedError } from '@propago/contracts';
import type { FeatureSet } from '@propago/database';
import { LabelsMissing } from '@propago/pipeline';
import { STORAGE, type BlobStore } from '@propago/runtime';
import { asFloat16Bits, asFloat32, decodeSegment } from '@propago/segments';

/** The storage lacks features that a row promises: the janitor was cut off, or a bucket was restored that had none. */
export class FeaturesMissing extends CodedError {
  constructor(
    readonly segment: number,
    { message, cause }: CodedError,
  ) {
    super('BLOB_MISSING', message, { cause });
  }
}

/** Features or labels of the frames of one segment, by frame. */
export interface SegmentFrames<T> {
  firstFrame: number;
  frames: T[];
  rows: number;
  cols: number;
  /** dim of features, classes of labels. */
  width: number;
}

/** What earlier stages, and this one, have stored of a segment. */
@Injectable()
export class StoredSegments {
  constructor(@Inject(STORAGE) private readonly storage: BlobStore) {}

  /** @throws FeaturesMissing */
  async features(set: FeatureSet, segment: number): Promise<SegmentFrames<Float32Array | Uint16Array>> {
    const key = blobKeys.features(set.id, segment);
    const file = await this.storage.get(key).catch((error: unknown) => {
      const isMissing = error instanceof CodedError && error.code === 'BLOB_MISSING';
      throw isMissing ? new FeaturesMissing(segment, error) : error;
    });
    const { header, payload } = decodeSegment('features', file, key);
    const { firstFrame, rows, cols, dim } = header;
    const all = header.dtype === 'float16' ? asFloat16Bits(payload) : asFloat32(payload);
    return { firstFrame, frames: split(all, header.frames), rows, cols, width: dim };
  }

  /** @throws LabelsMissing */
  async labels(runId: string, pass: string, segment: number): Promise<SegmentFrames<Float32Array>> {
    const key = blobKeys.labels(runId, pass, segment);
    const file = await this.storage.get(key).catch((error: unknown) => {
      throw LabelsMissing.from(pass, error);
    });
    const { header, payload } = decodeSegment('labels', file, key);
    const { firstFrame, rows, cols, classes } = header;
    return { firstFrame, frames: split(asFloat32(payload), header.frames), rows, cols, width: classes };
  }
}

function split<T extends Float32Array | Uint16Array>(all: T, frames: number): T[] {
  const each = all.length / frames;
  return Array.from({ length: frames }, (_, i) => all.subarray(i * each, (i + 1) * each) as T);
}
