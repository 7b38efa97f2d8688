import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childProcesses, isAlive } from '../testing/processes.fixture';
import { askConfined, ProcessLimits } from './confined-process';

const LIMITS: ProcessLimits = { memoryBytes: 2 ** 30, cpuSeconds: 60, wallSeconds: 60 };

describe('askConfined', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'propago-confined-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => expect(childProcesses()).toEqual([]));

  /** Asks a program that does `work` when it gets its question. */
  async function ask(work: string, limits: Partial<ProcessLimits> = {}, signal?: AbortSignal): Promise<unknown> {
    const program = path.join(folder, 'program.js');
    await writeFile(program, `process.once('message', async (question) => { ${work} });`);
    return askConfined(program, { number: 6 }, { limits: { ...LIMITS, ...limits }, signal });
  }

  const refusal = (work: string, limits?: Partial<ProcessLimits>) => ask(work, limits).catch((error: unknown) => error);

  it('passes question and answer, and ends a program that goes on', async () => {
    expect(await ask('setInterval(() => {}, 1000); process.send(question.number * 7)')).toBe(42);
  });

  it('passes on what the program says that it is doing, and stops listening to one that says too much', async () => {
    const program = path.join(folder, 'talker.js');
    const talk = "for (let i = 0; i < 1000; i++) process.send({ phase: 'step ' + i }); process.send('done');";
    await writeFile(program, `process.once('message', () => { ${talk} });`);
    const phases: string[] = [];
    expect(await askConfined(program, {}, { limits: LIMITS, onPhase: (phase) => phases.push(phase) })).toBe('done');
    expect(phases).toEqual(Array.from({ length: 100 }, (_, i) => `step ${i}`));
  });

  it('takes what is no short phase for the answer', async () => {
    const phase = 'x'.repeat(81);
    expect(await ask(`process.send({ phase: '${phase}' })`)).toEqual({ phase });
  });

  it('gives the program nothing of the environment', async () => {
    process.env.SECRET_OF_TEST = 'secret';
    const seen = await ask('process.send(Object.keys(process.env))').finally(() => delete process.env.SECRET_OF_TEST);
    expect(seen).not.toContain('SECRET_OF_TEST');
    expect(seen).not.toContain('HOME');
  });

  it('kills a program that hangs, busy or idle', async () => {
    expect(await refusal('for (;;) {}', { cpuSeconds: 1 })).toMatchObject({
      code: 'MODEL_TIMEOUT',
      message: expect.stringContaining('1 s of processor time'),
    });
    expect(await refusal('setInterval(() => {}, 1000)', { wallSeconds: 1 })).toMatchObject({
      code: 'MODEL_TIMEOUT',
      message: expect.stringContaining('after 1 s'),
    });
  });

  it('leaves no grandchild behind', async () => {
    const grandchild = await ask(
      `process.send(require('node:child_process').spawn('/bin/sleep', ['1000']).pid); for (;;) {}`,
    );
    expect(grandchild).toEqual(expect.any(Number));
    for (let i = 0; isAlive(grandchild as number) && i < 100; i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAlive(grandchild as number)).toBe(false);
  });

  it.each([
    ['native memory', 'const all = []; for (;;) all.push(Buffer.alloc(2 ** 24, 1));'],
    ['the heap', 'const all = []; for (;;) all.push(new Array(1000).fill(all.length));'],
  ])('refuses more %s than allowed', async (_, work) => {
    expect(await refusal(work, { memoryBytes: 300e6 })).toMatchObject({ code: 'MODEL_OUT_OF_MEMORY' });
  });

  it('tells how a program ended that gave no answer', async () => {
    expect(await refusal('process.abort()')).toMatchObject({
      code: 'MODEL_CRASHED',
      message: expect.stringContaining('SIGABRT'),
    });
    expect(await refusal('throw new Error("lost")')).toMatchObject({
      code: 'MODEL_CRASHED',
      message: expect.stringContaining('exit code 1'),
    });
  });

  it('does not blame the program when somebody else ends it', async () => {
    const asked = refusal('setInterval(() => {}, 1000)');
    let child: number | undefined;
    while (child === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      [child] = childProcesses();
    }
    process.kill(child, 'SIGKILL');
    expect(await asked).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('SIGKILL') });
  });

  it('goes first when the machine runs out of memory', async () => {
    const own = "require('node:fs').readFileSync('/proc/self/oom_score_adj', 'latin1')";
    expect(await ask(`process.send(Number(${own}))`)).toBe(1000);
  });

  it('lets the program write no file', async () => {
    const target = JSON.stringify(path.join(folder, 'written'));
    const error = await refusal(
      `require('node:fs').writeFileSync(${target}, 'x'.repeat(100)); process.send('written')`,
    );
    expect(error).toMatchObject({ code: 'MODEL_CRASHED' });
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const asked = ask('setInterval(() => {}, 1000)', {}, stop.signal);
    setTimeout(() => stop.abort(new Error('shutdown')), 200);
    await expect(asked).rejects.toThrow('shutdown');
  });
});
