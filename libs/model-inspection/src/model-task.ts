import { ErrorCode, ERRORS } from '@propago/contracts';
import { type EncoderCard, type EncoderCardFacts, encoderCardSchema } from '@propago/encoder';
import { z } from 'zod';

/** What the process of a model is asked to do. */
export type ModelTask = { path: string; threads: number } & (
  | { kind: 'probe'; facts: EncoderCardFacts; sha256?: string; maxSecondsPerFrame?: number }
  | { kind: 'score'; card: EncoderCard }
);

const positive = z.number().positive();
const share = z.number().min(0).max(1);

const probeReportSchema = z.strictObject({
  /** Complete; `inferred` lists what nobody stated. */
  card: encoderCardSchema,
  /** The sizes (px) and batches whose output had the card's shape. */
  sizes: z.array(z.strictObject({ batch: positive, width: positive, height: positive })),
  /** Largest difference to the exporter's golden features; null where the file carries none. */
  goldenError: z.number().min(0).nullable(),
  /** The frame that was timed: 854x480 rounded to what the encoder takes, px. */
  frame: z.strictObject({ width: positive, height: positive }),
  /** The fastest of some frames, with `threads` threads. */
  secondsPerFrame: positive,
  threads: positive,
  /** Largest resident memory of the process, the runtime included. */
  peakMemoryBytes: positive,
});
/** What the measurement of a model showed. */
export type ProbeReport = z.output<typeof probeReportSchema>;

/** The frame of a sequence that is least like the truth. */
const worstFrameSchema = z.strictObject({
  frame: positive,
  /** Mean over the objects. */
  J: share,
  /** COCO run lengths of what was found, by object. */
  masks: z.array(z.strictObject({ id: positive, counts: z.string() })),
  /** What `renderPictures` renders the sequence with, and its truth. */
  clip: z.strictObject({
    width: positive,
    height: positive,
    seed: z.number(),
    objects: positive,
    stride: positive,
    hardness: z.record(z.string(), z.number()),
  }),
});

const qualityReportSchema = z.strictObject({
  /** Mean of J and F over the sequences, 0..1. */
  quality: share,
  J: share,
  F: share,
  /** PROBE_CLIPS_VERSION of the sequences. */
  clips: positive,
  sequences: z.array(
    z.strictObject({
      name: z.string(),
      frames: positive,
      objects: positive,
      J: share,
      F: share,
      worst: worstFrameSchema.nullable(),
    }),
  ),
});
/** How well the built-in sequences are propagated with a model's features. */
export type QualityReport = z.output<typeof qualityReportSchema>;

/** What each task gives. */
export interface ModelReports {
  probe: ProbeReport;
  score: QualityReport;
}

/** Reports are parsed: the process that sends them has run somebody else's model. */
export const reportSchemas: { [Kind in keyof ModelReports]: z.ZodType<ModelReports[Kind]> } = {
  probe: probeReportSchema,
  score: qualityReportSchema,
};

export const failureSchema = z.strictObject({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && Object.hasOwn(ERRORS, code)),
  message: z.string().max(10_000),
});

/** Says what a task is doing, in words for a person. */
export type SayPhase = (phase: string) => void;

/** What the process answers, once. */
export type ModelAnswer = { report: unknown } | { failed: z.output<typeof failureSchema> };
