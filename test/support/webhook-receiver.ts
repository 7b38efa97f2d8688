import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** An event that was accepted: its signature is right, by the library that receivers use. */
export interface Received {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown> & { runId?: string };
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** What the receiver does with a request whose signature is right. */
export type Behaviour = 'accept' | 'hang' | 'cut' | { status: number; location?: string };

/** A real HTTP server that events are sent to. */
export class WebhookReceiver {
  /** In the order in which they were accepted, repetitions included. */
  readonly accepted: Received[] = [];
  /** Signed rightly, whatever came of them. */
  readonly seen: Received[] = [];
  /** Requests whose signature is not right. */
  readonly forged: string[] = [];
  /** Those that count; the receiver takes a signature of any of them. */
  secrets: string[] = [];
  behave: (event: Received) => Behaviour = () => 'accept';
  port = 0;
  private server: http.Server | undefined;
  private readonly sockets = new Set<Socket>();

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Listens, at the same port as before. */
  async start(): Promise<this> {
    this.server = http.createServer((request, response) => void this.take(request, response));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Gone as if it were killed: whoever waits for an answer gets none. */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Of all accepted events, each once. */
  get types(): string[] {
    const first = new Map(this.accepted.map((event) => [event.id, event.type]));
    return [...first.values()];
  }

  private async take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = '';
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return;
    }
    if (!this.secrets.some((secret) => isSigned(secret, body, request.headers))) {
      this.forged.push(String(request.headers['webhook-id']));
      response.writeHead(401).end();
      return;
    }
    const id = String(request.headers['webhook-id']);
    const said = JSON.parse(body) as Pick<Received, 'type' | 'timestamp' | 'data'>;
    const event: Received = { ...said, id, headers: request.headers, body };
    this.seen.push(event);
    const behaviour = this.behave(event);
    if (behaviour === 'hang') return;
    if (behaviour === 'cut') return void request.socket.destroy();
    const { status, location } = behaviour === 'accept' ? { status: 204 } : behaviour;
    if (status < 300) this.accepted.push(event);
    response.writeHead(status, location === undefined ? {} : { location }).end(status < 300 ? '' : 'not now');
  }
}

export function isSigned(secret: string, body: string, headers: http.IncomingHttpHeaders): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
