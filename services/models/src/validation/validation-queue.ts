import { Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { z } from 'zod';
import { Queues } from '@propago/pipeline';

export const validationJob = z.strictObject({ name: z.string(), version: z.int().min(1) });
export type ValidationJob = z.infer<typeof validationJob>;

/** Versions that wait for their validation. Adding one twice is harmless. */
@Injectable()
export class ValidationQueue {
  constructor(private readonly queues: Queues) {}

  get queue(): Queue<ValidationJob> {
    return this.queues.named<ValidationJob>('validation');
  }

  async add(job: ValidationJob): Promise<void> {
    await this.queue.add(job, { jobId: `validation-${job.name}-${job.version}` });
  }
}
