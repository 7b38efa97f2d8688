import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { answerClientError, answerExpectations } from './client-errors';

let server: Server;

beforeEach(async () => {
  server = createServer(
    { headersTimeout: 30, requestTimeout: 60, connectionsCheckingInterval: 10 },
    (request, response) => (request.url === '/slow' ? response.write('begun') : response.end('whole')),
  );
  server.on('clientError', answerClientError);
  answerExpectations(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** All that a connection gets that sends these texts one after the other, each when something has come back. */
const answerTo = (...texts: string[]): Promise<string> =>
  new Promise((resolve) => {
    let received = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(texts.shift()!));
    socket.on('data', (data) => {
      received += data.toString();
      const next = texts.shift();
      if (next !== undefined) socket.write(next);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });

it.each([
  ['that does not arrive', 'GET / HTTP/1.1\r\nhost: a\r\n', 408, 'REQUEST_TIMEOUT'],
  ['that has no end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}`, 431, 'HEADERS_TOO_LARGE'],
  ['that is none', 'EHLO example.org\r\n\r\n', 400, 'REQUEST_INVALID'],
  ['that expects wonders', 'GET / HTTP/1.1\r\nhost: a\r\nexpect: wonders\r\n\r\n', 400, 'REQUEST_INVALID'],
])('answers a request %s by a problem, and ends', async (_, text, status, code) => {
  const answer = await answerTo(text);
  expect(answer).toMatch(
    new RegExp(`^HTTP/1.1 ${status} [^\\r]+\\r\\n[^]*content-type: application/problem\\+json\\r\\n`),
  );
  const [, length] = /content-length: (\d+)/.exec(answer)!;
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  expect(Buffer.byteLength(body)).toBe(Number(length));
  expect(JSON.parse(body)).toMatchObject({ status, code, instance: '' });
});

it('writes nothing into an answer that has begun', async () => {
  expect(await answerTo('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n', 'nonsense\r\n\r\n')).not.toContain('problem');
});
