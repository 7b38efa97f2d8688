import { Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { z } from 'zod';
import { Queues } from '@propago/pipeline';

export const trainingJob = z.strictObject({ runId: z.uuid() });
export type TrainingJob = z.infer<typeof trainingJob>;

/** Training runs that wait for a trainer. Adding one twice is harmless. */
@Injectable()
export class TrainingQueue {
  constructor(private readonly queues: Queues) {}

  get queue(): Queue<TrainingJob> {
    return this.queues.named<TrainingJob>('training');
  }

  async add(job: TrainingJob): Promise<void> {
    await this.queue.add(job, { jobId: `training-${job.runId}` });
  }
}
