import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { ApiClient } from '../api-client';
import { columns } from '../columns';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { PlatformCommands, print, type Output } from '../platform-commands';
import { wholeNumber } from '../whole-number';
import { collect } from './run-options';

const webhookView = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.string().nullable(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
  failingSince: z.string().nullable(),
});
type WebhookView = z.infer<typeof webhookView>;
const withSecret = webhookView.extend({ secret: z.string() });
const deliveryView = z.looseObject({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  attempts: z.number(),
  createdAt: z.string(),
  nextAttemptAt: z.string().nullable(),
});
const deliveryLog = deliveryView.extend({
  log: z.array(z.looseObject({ status: z.number().nullable(), error: z.string().nullable() })),
});

/** How long a test waits for its one attempt, which has a time limit at the server. */
const TEST_PATIENCE_MS = 90_000;
const LOOK_MS = 300;

const addressOf = (id: string, rest = ''): string => `/v1/webhooks/${encodeURIComponent(id)}${rest}`;

/** `propago webhooks`: addresses that a platform tells what happens. */
export function registerWebhooks(program: Command, interruption: Interruption): void {
  const webhooks = program.command('webhooks').description('addresses that a platform tells what happens');
  const commands = new PlatformCommands(webhooks, interruption);

  commands
    .add('list')
    .description('list webhooks, newest first')
    .action(async (options: Output) => {
      const { items } = z
        .object({ items: z.array(webhookView) })
        .parse(await commands.client(options).call('GET', '/v1/webhooks'));
      print(items, options, () => columns(items.map(rowOf)));
    });

  commands
    .add('add')
    .description(
      'have events sent to an address, and print the secret to verify them with: it cannot be asked for again',
    )
    .argument('<url>', 'address of the receiver')
    .option('--event <type>', 'run.succeeded, export.ready, …; all by default (may be repeated)', collect, [])
    .option('--description <text>', 'what people call it')
    .action(async (url: string, { event, description, ...options }: Output & AddOptions) => {
      const body = { url, description, ...(event.length > 0 && { events: event }) };
      printSecret(await commands.client(options).call('POST', '/v1/webhooks', body), options);
    });

  commands
    .add('rotate')
    .description('make a new secret and print it; events are signed with the old one too for some time')
    .argument('<id>', 'id of the webhook')
    .option('--grace-seconds <n>', 'how long the old secret still counts, a day by default', wholeNumber(0, 2_592_000))
    .action(async (id: string, { graceSeconds, ...options }: Output & { graceSeconds?: number }) => {
      printSecret(await commands.client(options).call('POST', addressOf(id, '/rotate'), { graceSeconds }), options);
    });

  for (const [name, enabled] of [['enable', true] as const, ['disable', false] as const]) {
    commands
      .add(name)
      .description(enabled ? 'send again, also what was pending' : 'send nothing, and note nothing that happens')
      .argument('<id>', 'id of the webhook')
      .action(async (id: string, options: Output) => {
        const changed = webhookView.parse(await commands.client(options).call('PATCH', addressOf(id), { enabled }));
        print(changed, options, () => `${name}d ${id}`);
      });
  }

  commands
    .add('test')
    .description('send an event of the type webhook.test once, and say what came of it')
    .argument('<id>', 'id of the webhook')
    .action(async (id: string, options: Output) => {
      const ended = await testOf(commands.client(options), id);
      const [attempt] = ended.log;
      const isDelivered = ended.state === 'delivered';
      if (isDelivered || options.json) print(ended, options, () => `delivered, HTTP ${attempt?.status}`);
      if (!isDelivered) throw new Failure(`not delivered: ${attempt?.error ?? 'no attempt was made'}`);
    });

  commands
    .add('deliveries')
    .description('list what was sent, or is to be sent, newest first')
    .argument('<id>', 'id of the webhook')
    .option('--state <state>', 'pending, delivered or failed')
    .option('--limit <n>', 'how many', wholeNumber(1, 200), 50)
    .action(async (id: string, { state, limit, ...options }: Output & { state?: string; limit: number }) => {
      const query = new URLSearchParams({ limit: String(limit), ...(state !== undefined && { state }) });
      const answer = await commands.client(options).call('GET', addressOf(id, `/deliveries?${query.toString()}`));
      const { items } = z.object({ items: z.array(deliveryView) }).parse(answer);
      print(items, options, () =>
        columns(
          items.map(({ id: event, type, state: now, attempts, createdAt, nextAttemptAt }) => [
            event,
            createdAt,
            type,
            nextAttemptAt && attempts > 0 ? `${now} until ${nextAttemptAt}` : now,
            `${attempts} attempt${attempts === 1 ? '' : 's'}`,
          ]),
        ),
      );
    });

  commands
    .add('redeliver')
    .description('send an event again')
    .argument('<id>', 'id of the webhook')
    .argument('<event>', 'id of the event: the webhook-id that its receiver got')
    .action(async (id: string, event: string, options: Output) => {
      const path = addressOf(id, `/deliveries/${encodeURIComponent(event)}/redeliver`);
      print(await commands.client(options).call('POST', path), options, () => `${event} is sent again`);
    });

  commands
    .add('remove')
    .description('remove a webhook and the log of its deliveries')
    .argument('<id>', 'id of the webhook')
    .action(async (id: string, options: Output) => {
      await commands.client(options).call('DELETE', addressOf(id));
      if (!options.json) console.log(`removed ${id}`);
    });
}

interface AddOptions {
  event: string[];
  description?: string;
}

async function testOf(client: ApiClient, id: string): Promise<z.infer<typeof deliveryLog>> {
  const { id: event } = deliveryView.parse(await client.call('POST', addressOf(id, '/test')));
  for (const deadline = Date.now() + TEST_PATIENCE_MS; ; await sleep(LOOK_MS)) {
    const path = addressOf(id, `/deliveries/${encodeURIComponent(event)}`);
    const delivery = deliveryLog.parse(await client.call('GET', path));
    if (delivery.state !== 'pending' || Date.now() > deadline) return delivery;
  }
}

function rowOf({ id, url, events, enabled, disabledReason, failingSince, description }: WebhookView): string[] {
  const state = enabled ? (failingSince ? `failing since ${failingSince}` : 'enabled') : `disabled (${disabledReason})`;
  return [id, state, events.join(','), url, description ?? ''];
}

/** The secret alone goes to standard output, so that it can be taken from there. */
function printSecret(answer: unknown, { json }: Output): void {
  const created = withSecret.parse(answer);
  if (json) return console.log(JSON.stringify(created));
  console.error(`webhook ${created.id} to ${created.url}; its secret is shown only now:`);
  console.log(created.secret);
}
