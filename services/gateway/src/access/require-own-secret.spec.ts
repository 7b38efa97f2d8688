import { randomUUID } from 'node:crypto';
import { keyIdOf } from './key-id';
import { requireOwnSecret } from './require-own-secret';

describe('requireOwnSecret', () => {
  const old = randomUUID();

  it('accepts the secret of one of the keys at least, and any where there are none', () => {
    requireOwnSecret([], 'secret');
    requireOwnSecret([], 'secret', true);
    requireOwnSecret([keyIdOf('secret')], 'secret');
    requireOwnSecret([keyIdOf('lost'), keyIdOf('secret'), old], 'secret');
  });

  it('refuses another secret with the way out', () => {
    expect(() => requireOwnSecret([keyIdOf('lost'), keyIdOf('lost')], 'secret')).toThrow(
      /the 2 API keys in the database .*"propago up --new-admin-key"/,
    );
    expect(() => requireOwnSecret([keyIdOf('lost'), old], 'secret')).toThrow('the API key in the database');
  });

  it('knows of older keys only that a new secret is not theirs', () => {
    requireOwnSecret([old], 'secret');
    expect(() => requireOwnSecret([old], 'secret', true)).toThrow('KEY_SECRET is not the secret');
  });
});
