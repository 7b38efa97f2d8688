import { Job, propagateRow } from './propagate-row';

/** Places in a job's shared control words. */
export const NEXT_ROW = 0;
export const CANCELLED = 1;

/** Takes row after row until none is left or the job is cancelled. False once there is nothing more to do. */
export function takeRow(job: Job, control: Int32Array): boolean {
  if (Atomics.load(control, CANCELLED)) return false;
  const row = Atomics.add(control, NEXT_ROW, 1);
  if (row >= job.grid.rows) return false;
  propagateRow(job, row);
  return true;
}

export function takeRows(job: Job, control: Int32Array): void {
  while (takeRow(job, control));
}
