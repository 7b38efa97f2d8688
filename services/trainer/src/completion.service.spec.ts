import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { Completion } from './completion.service';
import { ProgramProcess } from './program-process';

describe('Completion', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'propago-completion-'));
    mkdirSync(path.join(folder, 'out'));
    writeFileSync(path.join(folder, 'out', 'step-1.pt'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What comes of an export by a shell command in place of the training program. */
  function complete(command: string) {
    const config = { TRAINING_STOP_SECONDS: 1, SHUTDOWN_SECONDS: 3 };
    const program = { start: () => new ProgramProcess(spawn('sh', ['-c', command], { detached: true }), () => {}) };
    const news = { training: () => {} };
    const parts = [config, undefined, undefined, undefined, news, program, undefined] as unknown;
    const sut = new Completion(...(parts as ConstructorParameters<typeof Completion>));
    const configuration = { settings: {}, data: { source: 'generated' }, weights: 'fp32' };
    const run = { id: 'run', row: { configuration }, report: async () => 'held' };
    const work = { path: folder, out: path.join(folder, 'out') };
    const surroundings = { shutdown: new AbortController().signal, logger: pino({ level: 'silent' }) };
    return sut.complete(...([run, work, surroundings] as unknown as Parameters<Completion['complete']>));
  }

  it('fails a run whose encoder cannot be exported, with what the program says', async () => {
    await expect(complete('echo the features differ by 0.3 >&2; exit 2')).rejects.toMatchObject({
      code: 'TRAINING_EXPORT_FAILED',
      message: 'the features differ by 0.3',
    });
  });

  it.each([
    ['was killed', 'kill -KILL $$'],
    ['lacked disk', 'echo "OSError: [Errno 28] No space left on device" >&2; exit 1'],
    ['lacked memory', 'echo "MemoryError" >&2; exit 1'],
  ])('blames no encoder for an export that %s', async (_, command) => {
    const killed = command.startsWith('kill');
    expect(await complete(command)).toMatchObject({ code: killed ? null : 1, signal: killed ? 'SIGKILL' : null });
  });
});
