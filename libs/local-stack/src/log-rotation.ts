import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeSync } from 'node:fs';
import { join } from 'node:path';

/** How much of the logs is kept. */
export interface RotationLimits {
  /** A log that is larger becomes `<name>.log.1`. Default 16 MiB. */
  maxBytes?: number;
  /** Older logs kept beside each one: `.1` is the newest. Default 3. */
  older?: number;
}

const EVERY_MS = 5000;
const CHUNK_BYTES = 1 << 20;

/**
 * Bounds the logs of a folder, while the processes that append to them hold them open. So what was written is copied and
 * the file is emptied; a process that appends goes on at its new end.
 */
export class LogRotation {
  private readonly maxBytes: number;
  private readonly older: number;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly folder: string,
    { maxBytes = 16 << 20, older = 3 }: RotationLimits = {},
  ) {
    this.maxBytes = maxBytes;
    this.older = older;
    this.timer = setInterval(() => this.rotate(), EVERY_MS).unref();
  }

  /** Looks at every log now. A log that cannot be rotated is left for the next look: logs end no platform. */
  rotate(): void {
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.log'));
    for (const file of names.map((name) => join(this.folder, name))) {
      try {
        if (statSync(file).size > this.maxBytes) this.rotateOne(file);
      } catch {
        rmSync(`${file}.new`, { force: true });
      }
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private rotateOne(file: string): void {
    const draft = `${file}.new`;
    const [from, to] = [openSync(file, 'r+'), openSync(draft, 'w', 0o644)];
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      let copied = 0;
      // Until nothing is left, so that what is appended meanwhile is not lost.
      while (copied < fstatSync(from).size) {
        const count = readSync(from, chunk, 0, chunk.length, copied);
        writeSync(to, chunk, 0, count);
        copied += count;
      }
      for (let age = this.older - 1; age >= 1; age--) moveIfThere(`${file}.${age}`, `${file}.${age + 1}`);
      renameSync(draft, `${file}.1`);
      ftruncateSync(from, 0);
    } finally {
      closeSync(from);
      closeSync(to);
    }
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
