import type { Job } from 'bull';

/** Long enough that a video decoded in vain again and again costs little, short enough that nobody misses the room. */
const PAUSE_MS = 15_000;

/**
 * Has Bull give a job that is about to fail out again after a pause, as if this attempt had not been: that the storage
 * is full is no fault of the job's, and lasts longer than attempts do. Meanwhile the job holds no slot of a worker.
 */
export function waitForRoom(job: Job<unknown>): void {
  // Bull counts the attempt when the job fails, and reads from these two what comes next.
  job.attemptsMade--;
  job.opts.backoff = { type: 'fixed', delay: PAUSE_MS };
}
