import { AllowedAddresses } from './allowed-addresses';

describe('AllowedAddresses', () => {
  const sut = new AllowedAddresses('');

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'nonsense',
  ])('allows %s to nobody', (address) => {
    expect([sut.allows(address, true), sut.allows(address, false)]).toEqual([false, false]);
  });

  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '::ffff:1.1.1.1', '2606:4700::1111'])(
    'allows %s over TLS only',
    (address) => {
      expect([sut.allows(address, true), sut.allows(address, false)]).toEqual([true, false]);
    },
  );

  it('allows what the operator does, in any writing, and nothing beside it', () => {
    const own = new AllowedAddresses('127.0.0.0/8,fd00::/8');
    const addresses = ['127.0.0.1', '::ffff:127.1.2.3', 'fd12::1', '10.0.0.1', '::1', 'fe80::1'];
    expect(addresses.map((address) => own.allows(address, false))).toEqual([true, true, true, false, false, false]);
  });

  it.each(['127.0.0.1', '10.0.0.0/33', '10.0.0.0/8,', 'fd00::/129'])('does not take %s for networks', (networks) => {
    expect(() => new AllowedAddresses(networks)).toThrow();
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://user@example.org/',
    'http://example.org/',
    'http://1.1.1.1/',
  ])('refuses %s', (url) => {
    expect(() => sut.assertUrl(new URL(url))).toThrow(expect.objectContaining({ code: 'WEBHOOK_URL_FORBIDDEN' }));
  });

  it.each(['https://example.org/', 'https://1.1.1.1:8443/a?b'])('takes %s', (url) => {
    expect(() => sut.assertUrl(new URL(url))).not.toThrow();
  });

  it('looks a name up, and gives none of its addresses that are not allowed', async () => {
    const found = (own: AllowedAddresses, all: boolean) =>
      new Promise((resolve) =>
        own.lookup(true)('localhost', { all, family: 4 }, (error, address, family) =>
          resolve(error ? (error as { code?: string }).code : [address, family]),
        ),
      );
    expect(await found(sut, true)).toBe('WEBHOOK_URL_FORBIDDEN');
    expect(await found(sut, false)).toBe('WEBHOOK_URL_FORBIDDEN');
    const own = new AllowedAddresses('127.0.0.0/8');
    expect(await found(own, true)).toEqual([[{ address: '127.0.0.1', family: 4 }], undefined]);
    expect(await found(own, false)).toEqual(['127.0.0.1', 4]);
  });
});
