import { CodedError } from '@propago/contracts';

/** What is said of a run whose objects have key points only. */
export function withoutMasks(id: string): CodedError {
  return new CodedError(
    'MASKS_NONE',
    `Run ${id} has key points only; they are in /v1/runs/${id}/frames and keypoints.csv.`,
  );
}

/** What is said of a run whose objects have masks only. */
export function withoutKeypoints(id: string): CodedError {
  return new CodedError('KEYPOINTS_NONE', `No object of run ${id} has key points.`);
}
