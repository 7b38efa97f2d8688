import { CodedError, storable } from '@propago/contracts';
import { z } from 'zod';

/** Key of `metadata_props` under which an ONNX file carries its card, as JSON. */
export const CARD_METADATA_KEY = 'propago.card';

const text = z.string().refine((value) => storable(value) === value, 'must not have characters that cannot be stored');
const perChannel = z.tuple([z.number(), z.number(), z.number()], 'expected three numbers, such as [0.5, 0.5, 0.5]');

/** What a card file or `propago.card` metadata may state; everything is optional there and completed by the loader. */
export const encoderCardFactsSchema = z.strictObject({
  name: text.min(1).max(200).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  patchSize: z.number().int().min(1).max(256).optional(),
  dim: z.number().int().min(1).max(65536).optional(),
  inputMultiple: z.number().int().min(1).max(4096).optional(),
  mean: perChannel.optional(),
  std: perChannel.refine((std) => std.every((value) => value > 0), 'must be positive').optional(),
  inputRange: z.tuple([z.literal(0), z.literal(1)]).optional(),
  layout: z.enum(['tokens', 'map']).optional(),
  l2Normalised: z.boolean().optional(),
  inputName: text.min(1).optional(),
  outputName: text.min(1).optional(),
  maxBatch: z.number().int().min(1).max(1024).optional(),
  provenance: text.max(4000).optional(),
  layer: text.max(400).optional().describe('Where in the network the features are taken'),
});

/** What is known about an encoder before its card is complete. */
export type EncoderCardFacts = z.output<typeof encoderCardFactsSchema>;

/**
 * Everything needed to run an encoder and to key its features.
 * Input: float32 [batch, 3, height, width], RGB, `(value - mean) / std` with value in `inputRange`.
 * Output: `tokens` [batch, patches, dim] without a CLS token, patches row-major; `map` [batch, dim, rows, cols].
 */
export const encoderCardSchema = encoderCardFactsSchema
  .required({
    name: true,
    sha256: true,
    patchSize: true,
    dim: true,
    inputMultiple: true,
    mean: true,
    std: true,
    inputRange: true,
    layout: true,
    l2Normalised: true,
    inputName: true,
    outputName: true,
  })
  .extend({
    /** Names of the fields that nobody stated and that were assumed or found by running the encoder once. */
    inferred: z.array(z.string()),
  })
  .refine((card) => card.inputMultiple % card.patchSize === 0, 'inputMultiple must be a multiple of patchSize');

export type EncoderCard = z.output<typeof encoderCardSchema>;

/** What is at fault: the file, what somebody stated of it, its loading, a run of it, or what it gives. */
export type EncoderFault = 'file' | 'card' | 'load' | 'run' | 'output';

/** A file that cannot be used as an encoder. */
export class EncoderInvalid extends CodedError {
  constructor(
    readonly fault: EncoderFault,
    message: string,
    options?: { cause?: unknown },
  ) {
    super('ENCODER_INVALID', message, options);
  }
}

/**
 * Facts from JSON text.
 * @param source where the text comes from, for the message
 * @throws EncoderInvalid naming the source and the field
 */
export function parseCardFacts(text: string, source: string): EncoderCardFacts {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new EncoderInvalid('card', `${source} is not JSON.`);
  }
  const parsed = encoderCardFactsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'card'}: ${issue.message}`);
  throw new EncoderInvalid('card', `${source} is not an encoder card: ${faults.join('; ')}.`);
}
