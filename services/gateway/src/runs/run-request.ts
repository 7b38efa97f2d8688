import { z } from 'zod';
import { RUN_STATES, runName, runTags } from '@propago/contracts';
import type { Prisma } from '@propago/database';

/** The body of PATCH /v1/runs/{id}. */
export const runChange = z.strictObject({
  name: runName.nullable().optional().describe('Null takes the name away'),
  tags: runTags.optional(),
});

/** A query parameter comes as one text, or as several where it is repeated. */
const repeated = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).optional());

const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'Expected a time as in 2026-11-27T09:00:00Z, or a date')
  .transform((text) => new Date(text));

/** Which runs a list is to have, by its query. */
export const runFilter = z.strictObject({
  state: repeated(z.enum(RUN_STATES)),
  name: z.string().optional(),
  tag: repeated(z.string()),
  videoSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'Expected a sha256 of 64 hex digits')
    .optional(),
  createdAfter: time.optional(),
  createdBefore: time.optional(),
});
export type RunFilter = z.output<typeof runFilter>;

/** The filter as a condition on rows; a state is what the row and those of the stages say together. */
export function conditionOf({
  state,
  name,
  tag,
  videoSha256,
  createdAfter,
  createdBefore,
}: RunFilter): Prisma.RunWhereInput {
  return {
    ...(name === undefined ? {} : { name }),
    ...(tag ? { tags: { hasEvery: tag } } : {}),
    ...(videoSha256 === undefined ? {} : { video: { videoSha256 } }),
    createdAt: { gt: createdAfter, lt: createdBefore },
    ...(state ? { OR: state.map((one) => inState(one)) } : {}),
  };
}

function inState(state: (typeof RUN_STATES)[number]): Prisma.RunWhereInput {
  switch (state) {
    case 'queued':
      return { outcome: null, cancelRequestedAt: null, featureSet: { frameSet: { segments: { none: {} } } } };
    case 'running':
      return { outcome: null, cancelRequestedAt: null, featureSet: { frameSet: { segments: { some: {} } } } };
    case 'cancelling':
      return { outcome: null, cancelRequestedAt: { not: null } };
    default:
      return { outcome: { state } };
  }
}
