import { execFileSync, spawnSync } from 'node:child_process';
import { createServer, connect, type Server, type Socket } from 'node:net';

const ADDRESSES = '10.203';

/** Why hosts cannot be made here; undefined where they can. */
export function hostsUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'the program ip (Debian: iproute2) is missing';
  const probe = `propago-probe-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', probe]).status !== 0) return 'this machine allows no network namespaces';
  spawnSync('ip', ['netns', 'del', probe]);
  return undefined;
}

/** A host: a network namespace with an address of its own, on one switch with the others and with this machine. */
export interface Host {
  name: string;
  address: string;
  /** What a program is started through to run on this host. */
  through: string[];
}

/** Hosts on one machine that meet over the network only. */
export class Hosts {
  readonly hosts: Host[] = [];
  /** The address of this machine, as the hosts see it. */
  readonly here: string;
  private readonly bridge = `pgo${process.pid}`;
  private readonly forwards: Forward[] = [];

  constructor(names: readonly string[]) {
    const subnet = `${ADDRESSES}.${process.pid % 250}`;
    this.here = `${subnet}.1`;
    ip('link', 'add', this.bridge, 'type', 'bridge');
    ip('addr', 'add', `${this.here}/24`, 'dev', this.bridge);
    ip('link', 'set', this.bridge, 'up');
    names.forEach((name, index) => this.add(name, `${subnet}.${index + 2}`, index));
  }

  host(name: string): Host {
    return this.hosts.find((host) => host.name === name)!;
  }

  /** Makes a server of this machine's loopback reachable for the hosts, on a port that stays when the server moves. */
  async forward(url: string): Promise<Forward> {
    const forward = new Forward(this.here, url);
    this.forwards.push(forward);
    await forward.listen();
    return forward;
  }

  /** Takes a host off the network, or puts it back. Connections stay half-open, as behind a pulled cable. */
  setConnected(name: string, connected: boolean): void {
    ip('link', 'set', this.cable(this.hosts.findIndex((host) => host.name === name)), connected ? 'up' : 'down');
  }

  async remove(): Promise<void> {
    for (const forward of this.forwards) await forward.close();
    for (const { name } of this.hosts) spawnSync('ip', ['netns', 'del', this.namespace(name)]);
    spawnSync('ip', ['link', 'del', this.bridge]);
  }

  private add(name: string, address: string, index: number): void {
    const namespace = this.namespace(name);
    const cable = this.cable(index);
    ip('netns', 'add', namespace);
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    ip('link', 'set', cable, 'master', this.bridge, 'up');
    ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    this.hosts.push({ name, address, through: ['ip', 'netns', 'exec', namespace] });
  }

  private namespace(name: string): string {
    return `${this.bridge}-${name}`;
  }

  private cable(index: number): string {
    return `${this.bridge}v${index}`;
  }
}

/** Passes bytes between a port of the switch and a server on loopback, which may come back on another port. */
export class Forward {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private target: URL;

  constructor(
    private readonly address: string,
    url: string,
  ) {
    this.target = new URL(url);
    this.server = createServer((client) => this.pass(client));
  }

  /** The server's URL, as the hosts reach it. */
  get url(): string {
    const url = new URL(this.target);
    const { port } = this.server.address() as { port: number };
    // `URL` keeps the host of schemes that it does not know.
    return url.href.replace(url.host, `${this.address}:${port}`);
  }

  moveTo(url: string): void {
    this.target = new URL(url);
  }

  async listen(): Promise<void> {
    await new Promise<void>((listening) => this.server.listen(0, this.address, listening));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }

  private pass(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
