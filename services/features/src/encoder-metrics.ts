import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';

/** What the encoders take, version by version. */
@Injectable()
export class EncoderMetrics {
  private readonly seconds: Histogram<'sha256'>;

  constructor(registry: Registry) {
    this.seconds = new Histogram({
      name: 'propago_encoder_batch_seconds',
      help: 'Seconds of an encoder version for the frames of one segment.',
      labelNames: ['sha256'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
      registers: [registry],
    });
  }

  batch(sha256: string, seconds: number): void {
    this.seconds.observe({ sha256 }, seconds);
  }
}
