import { readFileSync } from 'node:fs';
import path from 'node:path';
import { environmentExample, maskedConfig, readConfig } from './config';

const SERVERS = {
  DATABASE_URL: 'postgresql://user:secret@db:5432/propago',
  REDIS_URL: 'redis://:secret@redis:6379',
  NATS_URL: 'nats://nats:4222',
  STORAGE_URL: 'file:///data',
};

describe('configuration', () => {
  it('completes what is not given', () => {
    expect(readConfig('gateway', SERVERS)).toMatchObject({ PORT: 8080, MAX_CLASSES: 64, MAX_UPLOAD_BYTES: 2e9 });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig('gateway', { ...SERVERS, PORT: '' }).PORT).toBe(8080);
  });

  it('reports every problem at once', () => {
    const read = () =>
      readConfig('ingest', { ...SERVERS, REDIS_URL: 'http://x', PORT: 'high', DATABASE_URL: undefined });
    expect(read).toThrow(/DATABASE_URL[^]*REDIS_URL[^]*PORT/);
  });

  it('is printed without passwords', () => {
    expect(JSON.stringify(maskedConfig(readConfig('gateway', SERVERS)))).not.toContain('secret');
  });

  it('is documented by .env.example, word for word', () => {
    const file = path.resolve(__dirname, '../../../.env.example');
    expect(readFileSync(file, 'utf8')).toBe(environmentExample());
  });
});
