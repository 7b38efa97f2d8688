import { Inject, Injectable } from '@nestjs/common';
import { blobKeys } from '@propago/contracts';
import type { EncoderCard, EncoderCardFacts } from '@propago/encoder';
import {
  inspectModel,
  probeModel,
  scoreModel,
  type ModelFacts,
  type ProbeReport,
  type QualityReport,
} from '@propago/model-inspection';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';

const MB = 2 ** 20;

/** How a measurement is ended, and followed. */
export interface Measuring {
  signal: AbortSignal;
  /** Called with each step, in words. */
  onPhase: (phase: string) => void;
}

/** Reads files from outside, and runs them in processes of their own within the configured limits. */
@Injectable()
export class Measurer {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'models'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
  ) {}

  /** Nothing loads the file. @throws CodedError MODEL_… that says why nothing may */
  inspect(sha256: string): Promise<ModelFacts> {
    return this.withFile(sha256, (path) => inspectModel(path, { maxBytes: this.config.MAX_MODEL_BYTES }));
  }

  /** @param facts of the card that the file does not state itself @throws CodedError MODEL_… */
  probe(sha256: string, facts: EncoderCardFacts, measuring: Measuring): Promise<ProbeReport> {
    return this.withFile(sha256, (path) => probeModel(path, { ...this.limits(), ...measuring, facts, sha256 }));
  }

  /** @throws CodedError MODEL_… */
  score(card: EncoderCard, measuring: Measuring): Promise<QualityReport> {
    return this.withFile(card.sha256, (path) => scoreModel(path, card, { ...this.limits(), ...measuring }));
  }

  private withFile<T>(sha256: string, use: (path: string) => Promise<T>): Promise<T> {
    return this.storage.withLocalFile(blobKeys.encoderModel(sha256), use);
  }

  private limits() {
    const { VALIDATION_MAX_MEMORY_MB, VALIDATION_CPU_SECONDS, VALIDATION_WALL_SECONDS } = this.config;
    return {
      memoryBytes: VALIDATION_MAX_MEMORY_MB * MB,
      cpuSeconds: VALIDATION_CPU_SECONDS,
      wallSeconds: VALIDATION_WALL_SECONDS,
    };
  }
}
