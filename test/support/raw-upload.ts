import { connect, type Socket } from 'node:net';

const BOUNDARY = 'boundary-of-the-test';

/** The head of one part of a form. */
export function partHead(name: string, fileName?: string): string {
  const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
}

export const FORM_END = `\r\n--${BOUNDARY}--\r\n`;

/** POST /v1/runs byte by byte, for what no well-behaved client sends. */
export class RawUpload {
  private readonly socket: Socket;
  private received = '';

  /** @param contentLength what the head of the request announces, whether or not it is sent */
  constructor(url: string, contentLength: number, headers: Record<string, string> = {}) {
    const { hostname, port, host } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (data) => (this.received += data.toString('latin1')));
    this.socket.on('error', () => undefined);
    const lines = Object.entries({
      host,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': String(contentLength),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`POST /v1/runs HTTP/1.1\r\n${lines.join('')}\r\n`);
  }

  /** What the server has answered so far. */
  get answer(): string {
    return this.received;
  }

  async send(data: string | Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.socket.write(data, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** Goes away without a word. */
  disconnect(): void {
    this.socket.destroy();
  }
}
