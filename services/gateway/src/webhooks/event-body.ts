import { shownDetail, WEBHOOK_TEST, type WebhookEvent } from '@propago/contracts';
import type { WebhookDelivery } from '@propago/database';

type Row = Pick<WebhookDelivery, 'type' | 'subject' | 'data' | 'createdAt'>;
type Data = WebhookEvent['data'] & { error?: { code: string; detail: string | null } | null };

/** The event as it is sent: of a row always the same bytes. */
export function eventOf({ type, subject, data, createdAt }: Row): WebhookEvent {
  const known = data as Data;
  const error = known.error && { ...known.error, detail: shownDetail(known.error.code, known.error.detail, subject) };
  return {
    type: type as WebhookEvent['type'],
    timestamp: createdAt.toISOString(),
    data: error ? { ...known, error } : known,
  };
}

export const isTest = ({ type }: Pick<Row, 'type'>): boolean => type === WEBHOOK_TEST;
