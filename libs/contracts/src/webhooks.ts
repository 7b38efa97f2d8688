import { z } from 'zod';

/** What an endpoint can be told, by the `type` of the event. A type never changes its meaning. */
export const WEBHOOK_EVENTS = {
  'run.created': 'A run was accepted.',
  'run.succeeded': 'A run has all its labels; comes again after a correction, with another revision.',
  'run.failed': 'A run could not be finished; the event says why.',
  'run.cancelled': 'A run was cancelled.',
  'run.corrected': 'The prompts or objects of a run were changed: it has a new revision and is at work again.',
  'export.ready': 'A file of a run can be fetched.',
  'export.failed': 'A file of a run could not be made; the event says why.',
  'video.ready': 'A video that was asked for has been decoded: its frame table is complete.',
  'video.failed': 'A video that was asked for cannot be decoded; the event says why.',
} as const;

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;
export const WEBHOOK_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS) as [WebhookEventType, ...WebhookEventType[]];

/** Sent when somebody asks for it, whatever the endpoint has subscribed to, and only once. */
export const WEBHOOK_TEST = 'webhook.test';
/** Subscribes to all types, also to those to come. */
export const ALL_WEBHOOK_EVENTS = '*';

export const WEBHOOK_DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type WebhookDeliveryState = (typeof WEBHOOK_DELIVERY_STATES)[number];

/** Why nothing is sent to an endpoint. */
export const WEBHOOK_DISABLED_REASONS = ['user', 'gone', 'failing'] as const;
export type WebhookDisabledReason = (typeof WEBHOOK_DISABLED_REASONS)[number];

const time = z.iso.datetime();
const count = z.int().min(0);
const type = z.enum([...WEBHOOK_EVENT_TYPES, WEBHOOK_TEST]);

/** What is sent, as the receiver gets it. */
export const webhookEvent = z.strictObject({
  type: type.describe(
    Object.entries(WEBHOOK_EVENTS)
      .map(([name, what]) => `${name}: ${what}`)
      .join('\n'),
  ),
  timestamp: time.describe('When it happened'),
  data: z
    .record(z.string(), z.unknown())
    .describe('Ids and what is new of the thing that the event is about; docs/webhooks.md has all fields'),
});
export type WebhookEvent = z.infer<typeof webhookEvent>;

export const webhook = z.strictObject({
  id: z.uuid(),
  url: z.string(),
  description: z.string().nullable(),
  events: z.array(z.string()).describe('Types of events; `*` is all of them'),
  enabled: z.boolean(),
  disabledReason: z
    .enum(WEBHOOK_DISABLED_REASONS)
    .nullable()
    .describe('user: somebody said so. gone: it answered 410. failing: nothing got through for days'),
  disabledAt: time.nullable(),
  failingSince: time.nullable().describe('The first failure since the last success'),
  previousSecretUntil: time.nullable().describe('Until then events are also signed with the secret before'),
  createdAt: time,
});

export const newWebhook = webhook.extend({
  secret: z.string().describe('`whsec_` and the base64 of 32 bytes, for whoever verifies; only this answer holds it'),
});

export const webhookDelivery = z.strictObject({
  id: z.uuid().describe('Of the event: the `webhook-id` that the receiver gets, the same at each attempt'),
  type,
  state: z
    .enum(WEBHOOK_DELIVERY_STATES)
    .describe('pending: not got through yet. failed: given up; it can be asked for again'),
  attempts: count,
  createdAt: time,
  nextAttemptAt: time.nullable(),
  endedAt: time.nullable(),
});

export const webhookDeliveryLog = webhookDelivery.extend({
  body: webhookEvent,
  log: z
    .array(
      z.strictObject({
        number: z.int().min(1),
        at: time,
        seconds: z.number().min(0),
        status: z.int().nullable().describe('HTTP status of the answer; null: there was none'),
        error: z.string().nullable().describe('Why it does not count as delivered'),
        answer: z.string().nullable().describe('The beginning of the answer'),
      }),
    )
    .describe('The newest attempts, the last one first'),
});
