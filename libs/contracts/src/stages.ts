import { z } from 'zod';

/**
 * The stages of the pipeline, in order, each a Bull queue of the same name:
 * what one stage stores is what the next one reads. What follows what, segment by segment, is in libs/pipeline.
 */
export const STAGES = ['ingest', 'features', 'propagation', 'results'] as const;

export type Stage = (typeof STAGES)[number];

/** The services of a platform. All but the trainer are needed. */
export const SERVICES = ['gateway', ...STAGES, 'models', 'trainer'] as const;

/** Work beside the stages, in queues of its own: minutes of rendering must not hold up the masks of others. */
export const SIDE_WORK = ['pictures', 'exports', 'housekeeping'] as const;

/** All Bull queues that runs are worked on through. */
export const QUEUES = [...STAGES, ...SIDE_WORK] as const;

export type QueueName = (typeof QUEUES)[number];

/** Which queues the service of a stage takes work from. */
export const QUEUES_OF: Record<Stage, readonly QueueName[]> = {
  ingest: ['ingest', 'pictures'],
  features: ['features'],
  propagation: ['propagation'],
  results: ['results', 'exports', 'housekeeping'],
};

const digest = z.string().regex(/^[0-9a-f]{40}$/);
const featureSetId = digest;
const frameSetId = digest;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const runId = z.uuid();
const segment = z.int().min(0);
const runError = z.strictObject({ code: z.string(), detail: z.string() });

/** What a job of each queue carries: ids only. The data lies in Postgres and in blobs. */
export const STAGE_JOBS = {
  /** Decode a video into frame segments at one input size. */
  ingest: z.strictObject({ frameSetId }),
  /** Features of one segment; shared by every run on the same feature set. */
  features: z.strictObject({ featureSetId, segment }),
  /** Soft labels of one segment of a pass; needs those of the segment before it in the pass's direction. */
  propagation: z.strictObject({ runId, pass: digest, segment }),
  /** Masks of one segment, or the end of a run. */
  results: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('segment'), runId, segment, recipe: digest }),
    z.strictObject({ kind: z.literal('end'), runId, error: runError.optional() }),
  ]),
  /** What people look at before there is a run: the frame table of a video, or pictures of neighbouring frames. */
  pictures: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('table'), sha256 }),
    z.strictObject({ kind: z.literal('pictures'), sha256, chunk: z.int().min(0) }),
  ]),
  /** A file that is made of a run's masks when somebody asks for it. */
  exports: z.strictObject({ kind: z.literal('export'), runId, exportId: z.uuid() }),
  /** The removal of a deleted run, video or export, or what a shadow run differs in. */
  housekeeping: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('purge'), runId }),
    z.strictObject({ kind: z.literal('purge-video'), videoId: z.uuid() }),
    z.strictObject({ kind: z.literal('compare'), runId }),
    z.strictObject({ kind: z.literal('remove-export'), runId, removed: z.uuid() }),
  ]),
} as const satisfies Record<QueueName, z.ZodType>;

export type StageJobs = { [S in QueueName]: z.infer<(typeof STAGE_JOBS)[S]> };

export const RUN_END_STATES = ['succeeded', 'failed', 'cancelled'] as const;
export type RunEndState = (typeof RUN_END_STATES)[number];
export const RUN_STATES = ['queued', 'running', 'cancelling', ...RUN_END_STATES] as const;
export type RunState = (typeof RUN_STATES)[number];
