import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AllowedAddresses } from './allowed-addresses';
import { post } from './post';

const LOOPBACK = new AllowedAddresses('127.0.0.0/8');

describe('post', () => {
  let server: http.Server;
  let handler: http.RequestListener;
  let port: number;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    server = http.createServer((request, response) => handler(request, response));
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  beforeEach(() => sockets.clear());

  const sent = (host = '127.0.0.1', { addresses = LOOPBACK, timeoutMs = 5000 } = {}) =>
    post(new URL(`http://${host}:${port}/hook`), { body: 'ä', headers: { 'x-one': '1' } }, { addresses, timeoutMs });

  it('sends headers and body, and gives status and beginning of the answer', async () => {
    handler = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.writeHead(202).end(`${request.method} ${request.headers['x-one']} ${body}`);
    };
    expect(await sent()).toEqual({ status: 202, answer: 'POST 1 ä' });
    expect(await sent('localhost')).toEqual({ status: 202, answer: 'POST 1 ä' });
  });

  it('reads no more than the beginning of an answer that never ends', async () => {
    handler = (_, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    expect(await sent()).toEqual({ status: 200, answer: 'x'.repeat(256) });
  });

  it('takes a status for an answer, though the rest does not come', async () => {
    handler = (_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('abc');
    };
    expect(await sent('127.0.0.1', { timeoutMs: 300 })).toEqual({ status: 200, answer: 'abc' });
  });

  it('follows no redirect', async () => {
    handler = (_, response) => void response.writeHead(302, { location: `http://127.0.0.1:${port}/inside` }).end();
    expect(await sent()).toMatchObject({ status: 302 });
    expect(sockets.size).toBe(1);
  });

  it('does not wait for ever', async () => {
    handler = () => undefined;
    await expect(sent('127.0.0.1', { timeoutMs: 200 })).rejects.toThrow('No answer within 0.2 s.');
  });

  it.each([
    ['cuts the connection', (request: http.IncomingMessage) => request.socket.destroy()],
    ['speaks something else', (request: http.IncomingMessage) => request.socket.end('SSH-2.0-x\r\n')],
    [
      'sends endless headers',
      (_: unknown, response: http.ServerResponse) => response.setHeader('x', 'x'.repeat(20_000)).end(),
    ],
    [
      'offers another protocol',
      (request: http.IncomingMessage) =>
        request.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    ],
  ])('fails for a server that %s', async (_, behaviour) => {
    handler = behaviour as http.RequestListener;
    await expect(sent('127.0.0.1', { timeoutMs: 1000 })).rejects.toThrow();
  });

  it('does not connect to a name whose address is not allowed', async () => {
    handler = (_, response) => response.end();
    const addresses = new AllowedAddresses('10.0.0.0/8');
    await expect(sent('localhost', { addresses })).rejects.toMatchObject({ code: 'WEBHOOK_URL_FORBIDDEN' });
    await expect(sent('127.0.0.1', { addresses })).rejects.toMatchObject({ code: 'WEBHOOK_URL_FORBIDDEN' });
    expect(sockets.size).toBe(0);
  });
});
