import { spawn } from 'node:child_process';
import pino from 'pino';
import type { ClaimedRun, Whereabouts } from './claimed-run';
import { ProgramProcess } from './program-process';
import { supervise } from './supervision';

/** What is reported of a shell command that prints these events. */
async function reported(events: object[]): Promise<Whereabouts[]> {
  const reports: Whereabouts[] = [];
  const run = {
    id: 'run',
    report: async (_: unknown, at: Whereabouts) => {
      reports.push(at);
      return 'held';
    },
  } as unknown as ClaimedRun;
  const lines = events.map((event) => JSON.stringify(event));
  await supervise({
    run,
    phase: 'starting PyTorch',
    logger: pino({ level: 'silent' }),
    start: (onLine) => new ProgramProcess(spawn('printf', ['%s\\n', ...lines], { detached: true }), onLine),
    onNews: () => {},
    graceSeconds: { cancelled: 1, shutdown: 1 },
    shutdown: new AbortController().signal,
  });
  return reports;
}

const last = (reports: Whereabouts[]): Whereabouts => Object.assign({}, ...reports) as Whereabouts;

describe('supervise', () => {
  it('reports the phase that a process begins with, and those that it tells', async () => {
    const reports = await reported([
      { event: 'phase', phase: 'loading textures' },
      { event: 'start', step: 20, steps: 40 },
      { event: 'phase', phase: 'first step' },
    ]);
    expect(reports[0]).toEqual({ phase: 'starting PyTorch' });
    expect(last(reports)).toEqual({ step: 20, steps: 40, phase: 'first step' });
  });

  it('reports the last step that was made, and no phase, while steps are made', async () => {
    const reports = await reported([
      { event: 'start', step: 0, steps: 40 },
      { event: 'phase', phase: 'first step' },
      { event: 'step', step: 20, loss: 1 },
      { event: 'progress', step: 24 },
    ]);
    expect(last(reports)).toEqual({ step: 24, steps: 40, phase: null });
  });

  it('reports how far a long step is', async () => {
    const reports = await reported([
      { event: 'start', step: 0, steps: 40 },
      { event: 'phase', phase: 'first step' },
      { event: 'progress', step: 0, phase: 'step 1: micro-batch 3 of 8' },
    ]);
    expect(last(reports)).toEqual({ step: 0, steps: 40, phase: 'step 1: micro-batch 3 of 8' });
  });
});
