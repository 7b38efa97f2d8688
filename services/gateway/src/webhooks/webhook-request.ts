import { z } from 'zod';
import { ALL_WEBHOOK_EVENTS, WEBHOOK_EVENT_TYPES } from '@propago/contracts';

const url = z
  .url({ protocol: /^https?$/, error: 'expected an address with http or https' })
  .max(2000)
  .describe('https, or http in the networks that the server allows; redirects are not followed');
const events = z
  .array(z.enum([ALL_WEBHOOK_EVENTS, ...WEBHOOK_EVENT_TYPES]))
  .min(1)
  .transform((types) => [...new Set(types)])
  .describe('Types of events; `*` is all of them, also those to come');
const description = z.string().trim().max(200).nullable().describe('What people call it');

/** The body of POST /v1/webhooks. */
export const newWebhookRequest = z.strictObject({
  url,
  events: events.default([ALL_WEBHOOK_EVENTS]),
  description: description.default(null),
});
export type NewWebhookRequest = z.infer<typeof newWebhookRequest>;

/** The body of PATCH /v1/webhooks/{id}: what is absent stays. */
export const webhookChange = z.strictObject({
  url: url.optional(),
  events: events.optional(),
  description: description.optional(),
  enabled: z
    .boolean()
    .optional()
    .describe('false: nothing is sent, and what happens meanwhile is not noted. true: also what was pending goes on'),
});
export type WebhookChange = z.infer<typeof webhookChange>;

/** Long enough to put a new secret where the old one is used. */
const ROTATION_GRACE_SECONDS = 86_400;

/** The body of POST /v1/webhooks/{id}/rotate. */
export const secretRotation = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(ROTATION_GRACE_SECONDS)
    .describe('So long events are signed with the old secret too; 0 ends it at once'),
});
