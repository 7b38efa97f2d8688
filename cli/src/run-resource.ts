import { z } from 'zod';
import { Failure } from './failure';

const stageProgress = z.looseObject({ done: z.number(), total: z.number().nullable() });

/** Propagation in one direction from one prompt. */
const passProgress = z.looseObject({
  fromFrame: z.number(),
  toFrame: z.number().nullable(),
  segments: z.looseObject({ done: z.number(), total: z.number().nullable() }),
});

/** How far each stage of a run is, in frames, and each pass, in segments. */
export const runProgress = z.looseObject({
  frames: z.number().nullable(),
  ingest: stageProgress,
  features: stageProgress,
  propagation: stageProgress,
  results: stageProgress,
  passes: z.array(passProgress).optional(),
});
export type RunProgress = z.infer<typeof runProgress>;

/** What this command reads of GET /v1/runs/{id}; the rest is kept for run.json. */
export const runResource = z.looseObject({
  id: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelling', 'cancelled']),
  /** Objects that have masks. */
  classIds: z.array(z.number()).optional(),
  progress: runProgress.optional(),
  passes: z.array(passProgress).optional(),
  timings: z.looseObject({ seconds: z.number().nullish(), firstMaskSeconds: z.number().nullish() }).optional(),
  warnings: z.array(z.looseObject({ code: z.string(), detail: z.string() })).optional(),
  error: z.looseObject({ code: z.string(), title: z.string().optional(), detail: z.string().nullish() }).nullish(),
});
export type RunResource = z.infer<typeof runResource>;

/** RFC 9457, with the platform's code. */
export const problem = z.looseObject({ code: z.string(), title: z.string().optional(), detail: z.string().nullish() });

export const framePage = z.looseObject({
  items: z.array(z.looseObject({ index: z.number(), keypoints: z.array(z.unknown()).optional() })),
  next: z.string().nullish(),
});

export const isTerminal = (state: RunResource['state']): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** The code and detail of a problem, as one line. */
export function describeProblem(from: z.infer<typeof problem>): string {
  return `${from.code}: ${from.detail ?? from.title ?? 'no detail'}`;
}

/** @throws Failure with the server's reason when the run did not succeed */
export function mustSucceed(run: RunResource): RunResource {
  if (run.state === 'succeeded') return run;
  if (run.state === 'cancelled') throw new Failure(`run ${run.id} was cancelled`);
  throw new Failure(`run ${run.id} failed: ${run.error ? describeProblem(run.error) : 'the server gives no reason'}`);
}
