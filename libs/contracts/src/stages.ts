/**
 * The stages of the pipeline, in order, each a Bull queue of the same name:
 * what one stage stores is what the next one reads. What follows what, segment by segment, is in libs/pipeline.
 */
export const STAGES = ['ingest', 'features', 'propagation', 'results'] as const;

export type Stage = (typeof STAGES)[number];

/** What a job of each stage carries: ids only. The data lies in Postgres and in blobs. */
export interface StageJobs {
  /** Decode a video into frame segments; one job for a feature set. */
  ingest: { featureSetId: string };
  /** Features of one segment; shared by every run on the same feature set. */
  features: { featureSetId: string; segment: number };
  /** Soft labels of one segment of a run; needs those of the segment before. */
  propagation: { runId: string; segment: number };
  /** Masks of one segment, the end of a run, an export, or the removal of a deleted run. */
  results: ResultsJob;
}

export type ResultsJob =
  | { kind: 'segment'; runId: string; segment: number }
  | { kind: 'end'; runId: string; error?: { code: string; detail: string } }
  | { kind: 'overlay'; runId: string }
  | { kind: 'purge'; runId: string };

export const RUN_END_STATES = ['succeeded', 'failed', 'cancelled'] as const;
export type RunEndState = (typeof RUN_END_STATES)[number];
export type RunState = 'queued' | 'running' | 'cancelling' | RunEndState;
