import { Webhook } from 'standardwebhooks';
import { newSeed, secretOf, signedHeaders } from './signatures';

const message = { id: 'a1b2', body: '{"type":"webhook.test"}', at: new Date() };
const seeds = { seed: newSeed(), previousSeed: newSeed(), previousUntil: new Date(message.at.getTime() + 1000) };
const verify = (secret: string, headers: Record<string, string>, body = message.body) =>
  new Webhook(secret).verify(body, headers);

describe('signedHeaders', () => {
  it('verify by the library of receivers', () => {
    const headers = signedHeaders(message, { ...seeds, previousSeed: null, previousUntil: null }, 'server');
    expect(verify(secretOf(seeds.seed, 'server'), headers)).toEqual({ type: 'webhook.test' });
    expect(headers['webhook-signature']!.split(' ')).toHaveLength(1);
  });

  it('have a signature of the secret before, until its time is over', () => {
    const [now, later] = [message, { ...message, at: seeds.previousUntil }].map((one) =>
      signedHeaders(one, seeds, 's'),
    );
    for (const seed of [seeds.seed, seeds.previousSeed]) expect(() => verify(secretOf(seed, 's'), now!)).not.toThrow();
    expect(() => verify(secretOf(seeds.seed, 's'), later!)).not.toThrow();
    expect(() => verify(secretOf(seeds.previousSeed, 's'), later!)).toThrow('No matching signature');
  });

  it('are of no use for another body, another id or another server', () => {
    const headers = signedHeaders(message, seeds, 'server');
    const secret = secretOf(seeds.seed, 'server');
    expect(() => verify(secret, headers, '{}')).toThrow('No matching signature');
    expect(() => verify(secret, { ...headers, 'webhook-id': 'other' })).toThrow('No matching signature');
    expect(() => verify(secretOf(seeds.seed, 'another'), headers)).toThrow('No matching signature');
  });
});

it('a secret is that of Standard Webhooks: 32 bytes in base64 behind its prefix', () => {
  expect(secretOf(newSeed())).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});
