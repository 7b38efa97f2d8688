import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { repoRoot } from '@propago/local-stack';

/** A program that runs, with what it has printed. */
export class Program {
  readonly ended: Promise<number | null>;
  hasEnded = false;
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;

  /** @param env of it, besides that of this process */
  constructor(program: string, args: string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(program, args, { env: { ...process.env, ...env } });
    this.child.stdout!.on('data', (data: Buffer) => (this.stdout += data.toString()));
    this.child.stderr!.on('data', (data: Buffer) => (this.stderr += data.toString()));
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
    void this.ended.then(() => (this.hasEnded = true));
  }

  /** What it has printed to standard output, when it has succeeded. */
  async output(): Promise<string> {
    const code = await this.ended;
    if (code !== 0) throw new Error(`ended with code ${code}:\n${this.stderr}`);
    return this.stdout.trim();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async interrupt(): Promise<void> {
    this.child.kill('SIGINT');
    await this.ended;
  }
}

/** A command of `propago`. */
export class Propago extends Program {
  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    const own = { DATABASE_URL: '', REDIS_URL: '', NATS_URL: '', STORAGE_URL: '', KEY_SECRET: '', PROPAGO_API_KEY: '' };
    super(process.execPath, [join(repoRoot(), 'dist/cli/src/main.js'), ...args], { ...own, ...env });
  }
}
