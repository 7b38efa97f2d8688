import { z } from 'zod';
import { SCOPES } from './caller';
import { digestOf, generateKey } from './key-format';
import { keyIdOf } from './key-id';

const limit = z.number().int().min(1).max(1_000_000_000).nullable().default(null);

/** Names of tenants: they appear in logs and addresses. */
export const tenantName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'Expected lower-case letters, digits, dots, dashes, at most 63.');

/** The body of POST /v1/admin/keys. */
export const newKey = z.strictObject({
  name: z.string().trim().min(1).max(200),
  tenant: tenantName.default('default'),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((at) => at.getTime() > Date.now(), 'Expected a time to come.')
    .nullable()
    .default(null),
  requestsPerMinute: limit,
  maxActiveRuns: limit,
  maxStoredBytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
});
export type NewKey = Omit<z.infer<typeof newKey>, 'maxStoredBytes'> & { maxStoredBytes: number | bigint | null };

/** A key, and the row that is stored of it. */
export function issueKey(given: NewKey, serverSecret: string) {
  const { key, prefix } = generateKey();
  return { key, row: { id: keyIdOf(serverSecret), prefix, hash: digestOf(key, serverSecret), ...given } };
}

/** What nobody chose: long enough to put a new key where the old one is used. */
const ROTATION_GRACE_SECONDS = 600;

/** The body of POST /v1/admin/keys/{id}/rotate. */
export const rotation = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(ROTATION_GRACE_SECONDS)
    .describe('How long the old key still works, so that its users can take the new one; 0 ends it at once'),
});
