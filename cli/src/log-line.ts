const LEVELS: Record<string, string> = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };
const COLOURS: Record<string, number> = { WARN: 33, ERROR: 31, FATAL: 31 };
/** Shown in their places, or the same on every line. */
const SHOWN = new Set(['time', 'level', 'service', 'msg', 'pid', 'hostname', 'err']);

/** One line of the log of a process. */
export interface LogLine {
  /** Process that wrote it, such as `gateway-0`. */
  from: string;
  /** What it wrote. */
  text: string;
  /** ms since 1970; of the line before where it says none. */
  time: number;
  /** Undefined where it is not JSON. */
  fields?: Record<string, unknown>;
}

/** @param before time of the line before, ms */
export function parseLogLine(from: string, text: string, before: number): LogLine {
  const fields = jsonOf(text);
  const { time } = fields ?? {};
  const at = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) : NaN;
  return { from, text, time: Number.isNaN(at) ? before : at, fields };
}

/** As JSON on one line, for programs. */
export function jsonLine({ from, text, fields }: LogLine): string {
  return fields ? text : JSON.stringify({ process: from, msg: text });
}

/** For people: time, level, process, message, then what else there is. */
export function prettyLine({ from, text, time, fields }: LogLine, colours: boolean): string {
  if (!fields) return `${from.padEnd(14)} ${text}`;
  const level = String(LEVELS[String(fields.level)] ?? fields.level ?? '').toUpperCase();
  const code = colours ? COLOURS[level] : undefined;
  const shown = code === undefined ? level.padEnd(5) : `\u001b[${code}m${level.padEnd(5)}\u001b[0m`;
  const rest = Object.entries(fields).filter(([name]) => !SHOWN.has(name));
  const values = rest.map(([name, value]) => `${name}=${shortForm(value)}`);
  const { err } = fields as { err?: { stack?: string; message?: string } };
  const stack = err && `\n    ${(err.stack ?? err.message ?? JSON.stringify(err)).replaceAll('\n', '\n    ')}`;
  const clock = new Date(time).toISOString().replace('T', ' ').slice(0, 23);
  return `${[clock, shown, from.padEnd(14), fields.msg, ...values].filter((part) => part !== undefined).join(' ')}${stack ?? ''}`;
}

/** A request is its method and address, an answer its status; everything else is shown as it is. */
function shortForm(value: unknown): string {
  if (typeof value === 'string') return value;
  const { method, url, statusCode } = (value ?? {}) as { method?: string; url?: string; statusCode?: number };
  if (method !== undefined && url !== undefined) return `${method} ${url}`;
  return statusCode === undefined ? JSON.stringify(value) : String(statusCode);
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
