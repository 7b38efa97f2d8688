import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Interruption } from '../interruption';
import { registerGc } from './gc';

const FOUND = {
  expiredRuns: ['r1', 'r2'],
  features: { blobs: 3, bytes: 3 * 2 ** 20 },
  frames: { blobs: 2, bytes: 2 ** 20 },
  overlays: { blobs: 0, bytes: 0 },
  orphans: { videos: { blobs: 1, bytes: 2 ** 19 } },
  kept: [{ what: 'masks', why: 'of runs that are kept', blobs: 7, bytes: 2 ** 20 }],
};

describe('propago gc', () => {
  let server: Server;
  let asked: { request: string; body: { dryRun: boolean } }[];
  let printed: string;

  beforeEach(async () => {
    asked = [];
    printed = '';
    jest.spyOn(console, 'log').mockImplementation((line: string) => void (printed += `${line}\n`));
    server = createServer(async (request, response) => {
      const body = JSON.parse(await text(request)) as { dryRun: boolean };
      asked.push({ request: `${request.method} ${request.url} ${request.headers.authorization}`, body });
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...FOUND, ...body }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await new Promise((resolve) => server.close(resolve));
  });

  async function gc(...options: string[]): Promise<void> {
    const program = new Command();
    registerGc(program, new Interruption());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await program.parseAsync(['gc', '--server', url, '--key', 'pgo_k', ...options], { from: 'user' });
  }

  const REQUEST = 'POST /v1/admin/gc Bearer pgo_k';

  it('only asks what would go with --dry-run, and says so', async () => {
    await gc('--dry-run');
    expect(asked).toEqual([{ request: REQUEST, body: { dryRun: true } }]);
    expect(printed.split('\n')).toEqual([
      'Would be removed:',
      'expired runs: 2',
      'features of ended runs: 3 files, 3.0 MiB',
      'decoded frames: 2 files, 1.0 MiB',
      'overlays: 0 files, 0.0 MiB',
      'orphans in videos/: 1 files, 0.5 MiB',
      'Kept:',
      'masks, of runs that are kept: 7 files, 1.0 MiB',
      '',
    ]);
  });

  it('removes without it', async () => {
    await gc();
    expect(asked).toEqual([{ request: REQUEST, body: { dryRun: false } }]);
    expect(printed).toMatch(/^Removed:\n/);
  });

  it('prints the report as JSON', async () => {
    await gc('--dry-run', '--json');
    expect(JSON.parse(printed)).toEqual({ ...FOUND, dryRun: true });
  });
});
