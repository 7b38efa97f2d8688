import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './api-client';
import { Failure } from './failure';
import { zipFrames } from './frame-folder';
import type { FormPart } from './multipart-upload';

describe('a form that cannot be made', () => {
  let dir: string;
  let server: Server;
  let client: ApiClient;
  let received: string;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
    received = '';
    server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
      request.on('error', () => undefined);
      request.on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new ApiClient(
      { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: undefined },
      new AbortController().signal,
    );
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true, force: true });
  });

  const file = (open: Extract<FormPart, { open: unknown }>['open']): FormPart[] => [
    { name: 'options', text: '{}' },
    { name: 'video', fileName: 'video.zip', contentType: 'application/zip', open },
  ];
  const failure = async (parts: FormPart[]): Promise<Failure> => {
    const error: unknown = await client.submit('/v1/runs', parts).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  };

  it('says that a folder has no frames, not that the connection broke', async () => {
    writeFileSync(join(dir, 'readme.txt'), 'x');
    expect((await failure(file(() => zipFrames(dir)))).message).toBe(`${dir} has no JPEG or PNG frames`);
  });

  it('names a file that is not there', async () => {
    const { message } = await failure(file(() => createReadStream(join(dir, 'none.mp4'))));
    expect(message).toMatch(/^video\.zip cannot be read: ENOENT.*none\.mp4/);
  });

  it('names a frame that vanishes while the zip is written', async () => {
    writeFileSync(join(dir, '0.png'), 'x');
    const parts = file(() => {
      const zip = zipFrames(dir);
      rmSync(join(dir, '0.png'));
      return zip;
    });
    expect((await failure(parts)).message).toMatch(/cannot be read: ENOENT.*0\.png/);
  });

  it('is sent whole when it can be', async () => {
    writeFileSync(join(dir, '0.png'), 'the frame');
    await expect(
      client.submit(
        '/v1/runs',
        file(() => zipFrames(dir)),
      ),
    ).resolves.toEqual({});
    expect(received).toContain('the frame');
  });

  it('leaves a server that does not answer as the reason when it was not the form', async () => {
    await new Promise((resolve) => server.close(resolve));
    writeFileSync(join(dir, '0.png'), 'x');
    expect((await failure(file(() => zipFrames(dir)))).message).toMatch(/no answer from .*ECONNREFUSED/);
  });
});
