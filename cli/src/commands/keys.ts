import { Command } from 'commander';
import { z } from 'zod';
import { ApiClient } from '../api-client';
import { Failure } from '../failure';
import { Interruption } from '../interruption';
import { ADMIN_API, PlatformCommands, type Output } from '../platform-commands';

const keyView = z.looseObject({
  id: z.string(),
  prefix: z.string(),
  tenant: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});
type KeyView = z.infer<typeof keyView>;
const createdKey = keyView.extend({ key: z.string() });
const keyPage = z.object({ items: z.array(keyView), next: z.string().nullable() });

interface CreateKey extends Output {
  name: string;
  scopes: string;
  tenant: string;
  days?: number;
  requestsPerMinute?: number;
  maxActiveRuns?: number;
  maxStoredBytes?: number;
}

/** `propago keys`: API keys of a running platform, and the first one of a new one. */
export function registerKeys(program: Command, interruption: Interruption): void {
  const keys = program.command('keys').description('API keys of a platform (needs a key with the scope admin)');
  const commands = new PlatformCommands(keys, interruption, ADMIN_API);

  commands
    .add('create')
    .description('create a key and print it: it cannot be asked for again')
    .requiredOption('--name <name>', 'what people call it')
    .option('--scopes <a,b>', 'runs:read, runs:write, admin', 'runs:read,runs:write')
    .option('--tenant <tenant>', 'whose runs it is for', 'default')
    .option('--days <n>', 'days until it expires; never when absent', Number)
    .option('--requests-per-minute <n>', 'limit of its own', Number)
    .option('--max-active-runs <n>', 'limit of its own', Number)
    .option('--max-stored-bytes <n>', 'limit of its own', Number)
    .action(async (options: CreateKey) => {
      const { name, tenant, requestsPerMinute, maxActiveRuns, maxStoredBytes } = options;
      const scopes = options.scopes.split(',').map((scope) => scope.trim());
      const body = {
        name,
        tenant,
        scopes,
        expiresAt: inDays(options.days),
        requestsPerMinute,
        maxActiveRuns,
        maxStoredBytes,
      };
      printCreated(await commands.client(options).call('POST', '/v1/admin/keys', body), options);
    });

  commands
    .add('list')
    .description('list keys, newest first')
    .option('--tenant <tenant>', 'of this tenant only')
    .action(async (options: Output & { tenant?: string }) => {
      const items = await allKeys(commands.client(options), options.tenant);
      console.log(options.json ? JSON.stringify(items) : tableOf(items));
    });

  commands
    .add('rotate')
    .description('create a key with the settings of another one, which ends after a time of grace')
    .argument('<id>', 'id of the old key')
    .option(
      '--grace-seconds <n>',
      'how long the old key still works, ten minutes by default; 0 ends it at once',
      Number,
    )
    .action(async (id: string, { graceSeconds, ...options }: Output & { graceSeconds?: number }) => {
      const path = `/v1/admin/keys/${encodeURIComponent(id)}/rotate`;
      printCreated(await commands.client(options).call('POST', path, { graceSeconds }), options);
    });

  commands
    .add('revoke')
    .description('revoke a key: it is refused from now on')
    .argument('<id>', 'id of the key')
    .action(async (id: string, options: Output) => {
      await commands.client(options).call('DELETE', `/v1/admin/keys/${encodeURIComponent(id)}`);
      if (!options.json) console.log(`revoked ${id}`);
    });

  keys
    .command('bootstrap')
    .description('create the first admin key, straight in the database; KEY_SECRET must be that of the gateways')
    .option('--database <url>', 'address of the database; DATABASE_URL by default')
    .option('--another', 'also when there is an admin key already')
    .action(async ({ database, another }: { database?: string; another?: boolean }) => {
      const { bootstrapKey } = await import('../bootstrap-key.js');
      const key = await bootstrapKey(
        database === undefined ? {} : { DATABASE_URL: database },
        another ? ['--another'] : [],
      );
      if (key === undefined) console.error('there is an admin key already; --another creates one more');
      else console.log(key);
    });
}

async function allKeys(client: ApiClient, tenant: string | undefined): Promise<KeyView[]> {
  const items: KeyView[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '200', ...(tenant && { tenant }), ...(cursor && { cursor }) });
    const page = keyPage.parse(await client.call('GET', `/v1/admin/keys?${query.toString()}`));
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

/** The key alone goes to standard output, so that it can be taken from there. */
function printCreated(answer: unknown, { json }: Output): void {
  const created = createdKey.parse(answer);
  if (json) return console.log(JSON.stringify(created));
  console.error(`key ${created.id} of ${created.tenant} (${created.scopes.join(', ')}); it is shown only now:`);
  console.log(created.key);
}

function inDays(days: number | undefined): string | undefined {
  if (days === undefined) return undefined;
  if (!(days > 0)) throw new Failure('Expected a positive number for --days', 2);
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

function tableOf(keys: readonly KeyView[]): string {
  const state = ({ revokedAt, expiresAt }: KeyView): string => {
    if (revokedAt) return 'revoked';
    if (!expiresAt) return 'valid';
    return Date.parse(expiresAt) > Date.now() ? `until ${expiresAt}` : 'expired';
  };
  const rows = keys.map((key) => [key.id, key.prefix, key.tenant, key.scopes.join(','), state(key), key.name]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
