import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** What the secrets of an endpoint are made from. */
export interface Seeds {
  seed: string;
  previousSeed: string | null;
  previousUntil: Date | null;
}

export const newSeed = (): string => randomBytes(32).toString('base64url');

/**
 * The secret that receivers verify with. It is stored nowhere: a stolen table is of no use without the server's secret.
 * @param serverSecret KEY_SECRET; absent where access control is off
 * @returns as Standard Webhooks writes it: `whsec_` and the base64 of 32 bytes
 */
export function secretOf(seed: string, serverSecret = ''): string {
  return `whsec_${createHmac('sha256', serverSecret).update(`webhook ${seed}`).digest('base64')}`;
}

/**
 * The headers of an attempt by Standard Webhooks; while a secret is being changed for another one, with a signature of each.
 * @param at of the attempt: receivers refuse what is some minutes old
 */
export function signedHeaders(
  { id, body, at }: { id: string; body: string; at: Date },
  { seed, previousSeed, previousUntil }: Seeds,
  serverSecret?: string,
): Record<string, string> {
  const isPreviousValid = previousSeed !== null && previousUntil !== null && at < previousUntil;
  const seeds = isPreviousValid ? [seed, previousSeed] : [seed];
  const signatures = seeds.map((one) => new Webhook(secretOf(one, serverSecret)).sign(id, at, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}
