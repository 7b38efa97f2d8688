import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@propago/contracts';
import { collect } from './form-parts';
import { IncomingForm } from './incoming-form';
import { MOST_PROMPTS } from './upload-limits';

const BOUNDARY = 'boundary-of-the-test';
const part = (head: string, content: Buffer | string): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const END = `--${BOUNDARY}--\r\n`;
const form = (bytes: number, end = END): Buffer =>
  Buffer.concat([
    part('name="options"', '{}'),
    part('name="mask"; filename="m.png"', Buffer.alloc(600, 1)),
    part('name="video"; filename="v.mp4"', Buffer.alloc(bytes, 2)),
    part('name="note"', 'a note'),
    Buffer.from(end),
  ]);

describe('IncomingForm', () => {
  let server: Server;
  let waitMs = 0;

  beforeEach(() => void (waitMs = 0));
  beforeAll(async () => {
    server = createServer((request, response) => {
      void read(new Promise((resolve) => setTimeout(resolve, waitMs)).then(() => new IncomingForm(request))).then(
        (answer) => {
          request.unpipe();
          request.resume();
          response.end(JSON.stringify(answer));
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  /** Names and lengths of the parts, or the code of what is wrong. */
  const read = async (arriving: Promise<IncomingForm>): Promise<unknown> => {
    const seen: string[] = [];
    try {
      const incoming = await arriving;
      for (let next = await incoming.next(); next; next = await incoming.next()) {
        // As a route that asks a database before it reads.
        await sleep(waitMs);
        const content = next.type === 'file' ? await collect(next.file, 2 ** 30) : next.value;
        seen.push(`${next.fieldname} ${content.length}`);
      }
      return seen;
    } catch (error) {
      if (error instanceof CodedError) return error.code;
      throw error;
    }
  };

  const answerTo = (body: Buffer, { type = `multipart/form-data; boundary=${BOUNDARY}` } = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      let received = '';
      socket.on('data', (data) => (received += data.toString()));
      socket.on('error', reject);
      socket.on('end', () => resolve(JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4))));
      const head = `POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: ${type}\r\n`;
      socket.write(Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]));
    });

  for (const wait of [0, 1, 30]) {
    for (const bytes of [0, 500, 70_000, 300_000]) {
      describe(`of ${bytes} bytes, whose parts are read after ${wait} ms`, () => {
        beforeAll(() => (waitMs = wait));

        it('gives every part', async () => {
          expect(await answerTo(form(bytes))).toEqual(['options 2', 'mask 600', `video ${bytes}`, 'note 6']);
        });

        it('says wherever it is cut that it broke off', async () => {
          const whole = form(bytes);
          const places = Array.from({ length: 20 }, (_, place) => Math.floor((whole.length * place) / 20));
          // In the middle of a field's value, before the last boundary, and within it.
          const more = [-END.length - 4, -END.length, -END.length + 5, -4].map((place) => whole.length + place);
          const answers = [...places, ...more].map((at) => answerTo(whole.subarray(0, at)));
          expect(new Set(await Promise.all(answers))).toEqual(new Set(['UPLOAD_ABORTED']));
        });
      });
    }
  }

  it('refuses more parts than a request has', async () => {
    const many = Buffer.concat([...Array<Buffer>(2 * MOST_PROMPTS + 1).fill(part('name="a"', 'b')), form(10)]);
    expect(await answerTo(many)).toBe('REQUEST_INVALID');
  });

  it('refuses a content type without boundary', async () => {
    expect(await answerTo(form(10), { type: 'multipart/form-data' })).toBe('REQUEST_INVALID');
  });

  it('takes bytes after its end, and names of no form', async () => {
    expect(await answerTo(form(10, `${END}an epilogue`))).toHaveLength(4);
    expect(await answerTo(Buffer.concat([part('name="__proto__"', 'x'), Buffer.from(END)]))).toEqual(['__proto__ 1']);
  });

  it('fails where its sender goes away', async () => {
    waitMs = 0;
    const failed = new Promise((resolve) => {
      const other = createServer((request) => void read(Promise.resolve(new IncomingForm(request))).then(resolve));
      other.listen(0, '127.0.0.1', () => {
        const socket = connect((other.address() as AddressInfo).port, '127.0.0.1');
        const head = `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\n`;
        socket.write(`${head}content-length: 5000\r\n\r\n${part('name="video"; filename="v"', 'abc').toString()}`, () =>
          setTimeout(() => (socket.destroy(), other.close()), 50),
        );
      });
    });
    expect(await failed).toBe('UPLOAD_ABORTED');
  });
});
