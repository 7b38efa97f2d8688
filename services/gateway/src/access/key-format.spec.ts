import { bearerOf, digestOf, generateKey, prefixOf, sameDigest } from './key-format';

const SECRET = 'a server secret';

describe('an API key', () => {
  it('shows its prefix and hides 32 random bytes', () => {
    const { key, prefix } = generateKey();
    expect(prefixOf(key)).toBe(prefix);
    expect(Buffer.from(key.slice(prefix.length + 1), 'base64url')).toHaveLength(32);
  });

  it('is another one each time', () => {
    const keys = Array.from({ length: 1000 }, generateKey);
    expect(new Set(keys.map(({ prefix }) => prefix)).size).toBe(1000);
    expect(new Set(keys.map(({ key }) => key.slice(-43))).size).toBe(1000);
  });

  it.each(['', 'pgo_', 'pgo_0123456789ab', `pgo_0123456789ab_${'x'.repeat(42)}`, `pgx_0123456789ab_${'x'.repeat(43)}`])(
    '%j has not its form',
    (text) => expect(prefixOf(text)).toBeUndefined(),
  );
});

describe('the digest of a key', () => {
  it('depends on the key and on the secret of the server', () => {
    const [{ key }, other] = [generateKey(), generateKey()];
    const digest = digestOf(key, SECRET);
    expect(sameDigest(digest, digestOf(key, SECRET))).toBe(true);
    expect(sameDigest(digest, digestOf(other.key, SECRET))).toBe(false);
    expect(sameDigest(digest, digestOf(key, `${SECRET}!`))).toBe(false);
    expect(sameDigest(digest, '')).toBe(false);
  });
});

describe('the Authorization header', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER  abc '])('%j has a key', (header) => {
    expect(bearerOf(header)).toBe('abc');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'abc'])('%j has none', (header) => {
    expect(bearerOf(header)).toBeUndefined();
  });
});
