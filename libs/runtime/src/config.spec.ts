import { readFileSync } from 'node:fs';
import path from 'node:path';
import { environmentExample, maskedConfig, readBootstrapKeyConfig, readConfig } from './config';

const SERVERS = {
  DATABASE_URL: 'postgresql://user:secret@db:5432/propago',
  REDIS_URL: 'redis://:secret@redis:6379',
  NATS_URL: 'nats://nats:4222',
  STORAGE_URL: 'file:///data',
};
const GATEWAY = { ...SERVERS, KEY_SECRET: 'a secret of the server, of 36 letters' };

describe('configuration', () => {
  it('completes what is not given', () => {
    expect(readConfig('gateway', GATEWAY)).toMatchObject({ PORT: 8080, MAX_CLASSES: 64, MAX_UPLOAD_BYTES: 2e9 });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig('gateway', { ...GATEWAY, PORT: '' }).PORT).toBe(8080);
  });

  it('reports every problem at once', () => {
    const read = () =>
      readConfig('ingest', { ...SERVERS, REDIS_URL: 'http://x', PORT: 'high', DATABASE_URL: undefined });
    expect(read).toThrow(/DATABASE_URL[^]*REDIS_URL[^]*PORT/);
  });

  it('is printed without passwords', () => {
    expect(JSON.stringify(maskedConfig(readConfig('gateway', GATEWAY)))).not.toContain('secret');
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('lets access control be off on %s', (HOST) => {
    expect(readConfig('gateway', { ...SERVERS, ACCESS: 'off', HOST }).ACCESS).toBe('off');
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org'])('keeps access control on beyond, at %s', (HOST) => {
    expect(() => readConfig('gateway', { ...GATEWAY, ACCESS: 'off', HOST })).toThrow(/ACCESS: .*loopback/);
  });

  it('needs a secret for keys, and says so beside other problems', () => {
    expect(() => readConfig('gateway', { ...SERVERS, PORT: 'high' })).toThrow(/PORT[^]*KEY_SECRET/);
  });

  it('needs a secret for the first key', () => {
    expect(readBootstrapKeyConfig(GATEWAY)).toEqual({
      DATABASE_URL: GATEWAY.DATABASE_URL,
      KEY_SECRET: GATEWAY.KEY_SECRET,
    });
    expect(() => readBootstrapKeyConfig(SERVERS)).toThrow('KEY_SECRET');
  });

  it.each([{ ADMIN_PORT: '9000' }, { ADMIN_API: 'on', ADMIN_PORT: '8080' }])('refuses %j', (given) => {
    expect(() => readConfig('gateway', { ...GATEWAY, ...given })).toThrow('ADMIN_PORT');
  });

  it('is documented by .env.example, word for word', () => {
    const file = path.resolve(__dirname, '../../../.env.example');
    expect(readFileSync(file, 'utf8')).toBe(environmentExample());
  });
});
