import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ApiClient } from './api-client';
import { followRun } from './follow-run';

const stage = (done: number) => ({ done, total: 4 });
const progress = (done: number) => ({
  frames: 4,
  ingest: stage(4),
  features: stage(4),
  propagation: stage(done),
  results: stage(done),
});
const runAt = (state: string, done: number) => ({ id: 'r1', state, progress: progress(done), error: null });

describe('ApiClient', () => {
  let server: Server;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let sut: ApiClient;
  const { signal } = new AbortController();

  const json = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  beforeEach(async () => {
    server = createServer((request, response) => handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    sut = new ApiClient(
      { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, key: 'pgo_k' },
      signal,
    );
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('sends the fields of a run in order, and files as they are read', async () => {
    let received = '';
    handle = (request, response) => {
      request.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
      request.on('end', () => json(response, 202, runAt('queued', 0)));
    };
    const run = await sut.createRun([
      { name: 'options', text: '{}' },
      {
        name: 'video',
        fileName: 'a"b.mp4',
        contentType: 'video/mp4',
        open: () => Readable.from([Buffer.from('one'), Buffer.from('two')]),
      },
    ]);
    expect(run.id).toBe('r1');
    expect(received).toMatch(
      /name="options"\r\n\r\n\{\}\r\n--.*\r\n.*name="video"; filename="a_b.mp4"\r\n.*\r\n\r\nonetwo\r\n--/,
    );
  });

  it('leaves nothing of a file that did not arrive completely, and keeps the one before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propago-save-'));
    const file = join(folder, 'masks.zip');
    writeFileSync(file, 'before');
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('the first bytes', () => response.destroy());
    };
    await expect(sut.save('/v1/runs/r1/masks.zip', file)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['masks.zip']);
    expect(readFileSync(file, 'utf8')).toBe('before');
    rmSync(folder, { recursive: true });
  });

  it('reports a refusal that comes before the upload has ended', async () => {
    handle = (request, response) => {
      request.once('data', () => {
        response.writeHead(413, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ code: 'UPLOAD_TOO_LARGE', title: 't', detail: 'at most 5 bytes' }));
      });
    };
    const endless = (): Readable =>
      Readable.from(
        (async function* () {
          for (let i = 0; i < 10_000; i++) {
            yield Buffer.alloc(65_536);
            await new Promise((resolve) => setImmediate(resolve));
          }
        })(),
      );
    const sending = sut.createRun([{ name: 'video', fileName: 'v', contentType: 'video/mp4', open: endless }]);
    await expect(sending).rejects.toThrow('UPLOAD_TOO_LARGE: at most 5 bytes');
  });

  it('shows its key with every request', async () => {
    const seen: (string | undefined)[] = [];
    handle = (request, response) => {
      seen.push(request.headers.authorization);
      request.resume().on('end', () => json(response, 200, runAt('succeeded', 4)));
    };
    await sut.createRun([{ name: 'options', text: '{}' }]);
    await sut.getRun('r1');
    await (await sut.events('r1', undefined, signal))[Symbol.asyncIterator]().next();
    await sut.cancel('r1');
    await sut.call('POST', '/v1/admin/keys', {});
    expect(seen).toEqual(Array(5).fill('Bearer pgo_k'));
  });

  it('asks again, but not at once, when it has asked too often', async () => {
    let asked = 0;
    handle = (_, response) => {
      if (++asked > 1) return json(response, 200, runAt('succeeded', 4));
      response.setHeader('retry-after', '1');
      json(response, 429, { code: 'RATE_LIMITED', title: 'later' });
    };
    expect((await sut.getRun('r1')).state).toBe('succeeded');
    expect(asked).toBe(2);
  });

  it('names the server that does not answer', async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(sut.getRun('r1')).rejects.toThrow(`no answer from http://127.0.0.1:${port} (ECONNREFUSED)`);
    await expect(sut.createRun([])).rejects.toThrow('ECONNREFUSED');
  });

  it('asks again for what is not ready yet', async () => {
    let asked = 0;
    handle = (_, response) => {
      if (++asked < 3) json(response, 503, { code: 'EXPORT_NOT_READY', title: 'later' });
      else json(response, 200, runAt('succeeded', 4));
    };
    expect((await sut.getRun('r1')).state).toBe('succeeded');
    expect(asked).toBe(3);
  });

  it('collects the frames of all pages', async () => {
    handle = (request, response) => {
      const cursor = new URL(request.url!, 'http://x').searchParams.get('cursor');
      json(response, 200, cursor ? { items: [{ index: 1 }], next: null } : { items: [{ index: 0 }], next: '0' });
    };
    expect((await sut.frames('r1')).map(({ index }) => index)).toEqual([0, 1]);
  });

  it('follows a run by its events', async () => {
    let ended = false;
    handle = (request, response) => {
      if (!request.url!.endsWith('/events'))
        return json(response, 200, runAt(ended ? 'succeeded' : 'running', ended ? 4 : 0));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        `id: 1\nevent: progress\ndata: ${JSON.stringify({ state: 'running', progress: progress(2) })}\n\n`,
      );
      ended = true;
      response.end(`id: 2\nevent: state\ndata: ${JSON.stringify({ state: 'succeeded', progress: progress(4) })}\n\n`);
    };
    const seen: number[] = [];
    const run = await followRun(sut, 'r1', ({ results }) => seen.push(results.done), signal);
    expect(run.state).toBe('succeeded');
    expect(seen).toContain(2);
  });

  it('follows a run by polling when the server has no events', async () => {
    let asked = 0;
    handle = (request, response) => {
      if (request.url!.endsWith('/events')) json(response, 404, { code: 'ROUTE_NOT_FOUND' });
      else json(response, 200, runAt(++asked < 3 ? 'running' : 'failed', 1));
    };
    expect((await followRun(sut, 'r1', () => undefined, signal)).state).toBe('failed');
  });
});
