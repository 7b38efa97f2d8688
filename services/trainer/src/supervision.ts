import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@propago/runtime';
import type { ClaimedRun, Metric, Standing, Whereabouts } from './claimed-run';
import type { ProgramEnd, ProgramProcess } from './program-process';
import { eventOf, type ErrorEvent, type TrainingEvent } from './training-events';

/** Between two reports to Postgres, which also tell whether the run is still wanted. */
const REPORT_MS = 1000;

export interface SupervisionOptions {
  run: ClaimedRun;
  /** What the process does until it says something else. */
  phase: string;
  logger: Logger;
  /** Starts the process. */
  start: (onLine: (line: string) => void) => ProgramProcess;
  /** Told when something new was stored. */
  onNews: () => void;
  /** Told of each event at once. */
  onEvent?: (event: TrainingEvent) => void;
  /** So long a process may save when it is told to end, s. */
  graceSeconds: { cancelled: number; shutdown: number };
  /** Aborted when this service shuts down. */
  shutdown: AbortSignal;
}

export interface SupervisedEnd extends ProgramEnd {
  /** Why it was told to end; nothing where it ended by itself. */
  told?: 'cancelled' | 'shutdown' | 'lost';
  /** Its last error event. */
  error?: ErrorEvent;
}

/** Runs one process to its end: its metrics go to Postgres in batches, and it is told to end when the run is not wanted. */
export async function supervise(options: SupervisionOptions): Promise<SupervisedEnd> {
  const { run, logger, graceSeconds, shutdown } = options;
  let metrics: Metric[] = [];
  let at: Whereabouts = { phase: options.phase };
  let error: ErrorEvent | undefined;
  let told: SupervisedEnd['told'];

  const child = options.start((line) => {
    const event = eventOf(line);
    if (!event) return;
    if (event.event === 'error') error = event;
    else if (event.event === 'start') at = { ...at, step: event.step, steps: event.steps };
    else if (event.event === 'phase') at = { ...at, phase: event.phase };
    else if (event.event === 'progress') at = { ...at, step: event.step, phase: event.phase ?? null };
    else if (event.event === 'step') at = { ...at, step: event.step, phase: null };
    else if (event.event === 'machine') logger.info({ machine: event }, 'measured');
    const metric = metricOf(event);
    if (metric) metrics.push(metric);
    options.onEvent?.(event);
  });
  const obey = (standing: Standing) => {
    if (standing === 'held') return;
    if (standing === 'lost') child.kill();
    else child.stop(graceSeconds.cancelled);
    told = standing === 'lost' ? 'lost' : (told ?? 'cancelled');
  };
  const leave = () => {
    told ??= 'shutdown';
    child.stop(graceSeconds.shutdown);
  };
  const report = async () => {
    const [batch, position] = [metrics, at];
    metrics = [];
    at = {};
    try {
      obey(await run.report(batch, position));
      if (batch.length > 0 || Object.keys(position).length > 0) options.onNews();
    } catch (failure) {
      // Postgres is away: the next report carries these too.
      metrics = [...batch, ...metrics];
      at = { ...position, ...at };
      logger.warn({ err: failure }, 'metrics are not stored yet');
    }
  };

  shutdown.addEventListener('abort', leave, { once: true });
  if (shutdown.aborted) leave();
  let running = true;
  const ended = child.ended.finally(() => (running = false));
  try {
    while (running) {
      await report();
      await Promise.race([ended, sleep(REPORT_MS, undefined, { ref: false })]);
    }
    const end = await ended;
    await report();
    return { ...end, told, error };
  } finally {
    child.kill();
    shutdown.removeEventListener('abort', leave);
  }
}

/** What of an event is worth a row. */
function metricOf(event: TrainingEvent): Metric | undefined {
  if (event.event !== 'step' && event.event !== 'skipped') return undefined;
  const { event: name, step, ...values } = event;
  return { kind: name === 'step' ? 'train' : 'skipped', step, values: values as Metric['values'] };
}
