import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure';
import type { Interruption } from '../interruption';
import { jsonLine, parseLogLine, prettyLine, type LogLine } from '../log-line';

export interface LogsCommand {
  dir: string;
  lines: number;
  follow?: boolean;
}

const LOOK_MS = 250;

/** `propago logs`: the last lines of all services, or of one service or server, in the order of time. */
export async function logsCommand(
  service: string | undefined,
  command: LogsCommand,
  { signal }: Interruption,
): Promise<void> {
  const folder = join(resolve(command.dir), 'logs');
  const logs = logsOf(folder, service).map((file) => new Log(file));
  const last = logs.flatMap((log) => log.tail(command.lines)).sort((a, b) => a.time - b.time);
  if (command.lines > 0) last.slice(-command.lines).forEach(print);
  while (command.follow && !signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    logs
      .flatMap((log) => log.added())
      .sort((a, b) => a.time - b.time)
      .forEach(print);
  }
}

function print(line: LogLine): void {
  const { isTTY } = process.stdout;
  console.log(isTTY ? prettyLine(line, true) : jsonLine(line));
}

/** @throws Failure that names what there are logs of */
function logsOf(folder: string, service: string | undefined): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : [];
  if (names.length === 0)
    throw new Failure(`there are no logs in ${folder}: give the folder of propago up by --dir`, 2);
  // The servers write no JSON with a time, so they are shown only when they are asked for.
  const isOfService = (name: string): boolean => /-\d+\.log$/.test(name);
  const wanted = names.filter((name) =>
    service === undefined ? isOfService(name) : name === `${service}.log` || name.startsWith(`${service}-`),
  );
  if (wanted.length === 0) {
    const known = [...new Set(names.map((name) => name.replace(/(-\d+|-server)?\.log$/, '')))].sort();
    throw new Failure(`there is no log of ${service}; there are logs of ${known.join(', ')}`, 2);
  }
  return wanted.map((name) => join(folder, name));
}

class Log {
  private readonly from: string;
  private offset: number;
  private rest = '';
  private time = 0;

  constructor(private readonly file: string) {
    this.from = basename(file, '.log');
    this.offset = statSync(file).size;
  }

  /** The last lines, also from the file before, where this one was emptied not long ago. */
  tail(count: number): LogLine[] {
    const older = `${this.file}.1`;
    const own = readFileSync(this.file, 'utf8').slice(0, this.offset);
    let lines = own.split('\n').filter(Boolean);
    if (lines.length < count && existsSync(older)) {
      lines = [...readFileSync(older, 'utf8').split('\n').filter(Boolean), ...lines];
    }
    return this.parse(lines.slice(lines.length - Math.min(count, lines.length)));
  }

  /** Whole lines that came since the last look. */
  added(): LogLine[] {
    const { size } = statSync(this.file);
    // It was emptied, and what it held is in the file before.
    if (size < this.offset) this.offset = 0;
    const bytes = Buffer.alloc(size - this.offset);
    const handle = openSync(this.file, 'r');
    const count = readSync(handle, bytes, 0, bytes.length, this.offset);
    closeSync(handle);
    this.offset += count;
    const lines = (this.rest + bytes.toString('utf8', 0, count)).split('\n');
    this.rest = lines.pop()!;
    return this.parse(lines.filter(Boolean));
  }

  private parse(lines: string[]): LogLine[] {
    return lines.map((text) => {
      const line = parseLogLine(this.from, text, this.time);
      this.time = line.time;
      return line;
    });
  }
}
