import { z } from 'zod';

const position = { step: z.int().min(0) };
const phase = z.string().max(200);

/** Lines that propago_trainer writes to standard output; other lines, and fields that are not named, mean nothing here. */
const trainingEvent = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('start'), ...position, steps: z.int() }),
  z.looseObject({ event: z.literal('phase'), phase }),
  z.looseObject({ event: z.literal('machine'), precision: z.string(), peakTflops: z.number() }),
  z.looseObject({ event: z.literal('progress'), ...position, phase: phase.optional() }),
  z.looseObject({ event: z.literal('step'), ...position }),
  z.looseObject({ event: z.literal('checkpoint'), ...position, path: z.string() }),
  z.looseObject({ event: z.literal('skipped'), ...position, count: z.int() }),
  z.looseObject({ event: z.literal('error'), code: z.string(), message: z.string() }),
  z.looseObject({ event: z.literal('probe'), scores: z.record(z.string(), z.unknown()) }),
]);
export type TrainingEvent = z.infer<typeof trainingEvent>;
export type ErrorEvent = Extract<TrainingEvent, { event: 'error' }>;

/** The event that a line is; nothing for other output. */
export function eventOf(line: string): TrainingEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return trainingEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
