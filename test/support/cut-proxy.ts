import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a browser and a gateway, at an address that stays, and can be cut like a cable. */
export class CutProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private most = Infinity;
  /** Bytes that clients have sent through it. */
  sentBytes = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (socket) => this.join(socket));
  }

  static async to(url: string): Promise<CutProxy> {
    const server = createServer();
    const proxy = new CutProxy(server, new URL(url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends all connections and takes no new one. */
  cut(): void {
    this.isCut = true;
    this.end();
  }

  /** Cuts when clients have sent so many bytes more. */
  cutAfter(bytes: number): void {
    this.most = this.sentBytes + bytes;
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.end();
    this.server.close();
    await once(this.server, 'close');
  }

  private end(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private count(bytes: number): void {
    this.sentBytes += bytes;
    if (this.sentBytes < this.most) return;
    this.most = Infinity;
    this.cut();
  }

  private join(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    const [both, drop] = [[client, server], () => [client, server].forEach((socket) => socket.destroy())];
    for (const socket of both) {
      this.sockets.add(socket);
      socket.on('error', drop);
      socket.on('close', () => {
        this.sockets.delete(socket);
        drop();
      });
    }
    client.on('data', (chunk: Buffer) => this.count(chunk.length));
    client.pipe(server);
    server.pipe(client);
  }
}
