import type { ProgramEnd } from './program-process';
import { failureOf } from './training-failure';

const ended = (end: Partial<ProgramEnd>): ProgramEnd => ({ code: 1, signal: null, errors: '', ...end });
const errorEvent = (code: string, message = 'what the program says') => ({ event: 'error' as const, code, message });

describe('failureOf', () => {
  it.each([
    ['training.config-invalid', 'TRAINING_CONFIG_INVALID'],
    ['training.loss-not-finite', 'TRAINING_NOT_FINITE'],
    ['training.no-data', 'TRAINING_DATA_MISSING'],
    ['training.out-of-memory', 'TRAINING_OUT_OF_MEMORY'],
  ])('takes the program’s word for %s', (said, code) => {
    const { error, mayPass } = failureOf(ended({ code: 2 }), errorEvent(said), false);
    expect([error.code, error.message, mayPass]).toEqual([code, 'what the program says', false]);
  });

  it.each([
    ['OSError: [Errno 28] No space left on device', 'TRAINING_DISK_FULL'],
    ['RuntimeError: [enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0', 'TRAINING_DISK_FULL'],
    [
      "RuntimeError: [enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory",
      'TRAINING_OUT_OF_MEMORY',
    ],
    ["terminate called after throwing an instance of 'std::bad_alloc'", 'TRAINING_OUT_OF_MEMORY'],
  ])('knows the cause in %s', (errors, code) => {
    const { error, mayPass } = failureOf(ended({ errors: `Traceback\n${errors}\n` }), undefined, false);
    expect([error.code, error.message, mayPass]).toEqual([code, errors, false]);
  });

  it('names the cause and not what followed from it', () => {
    const cause = 'OSError: [Errno 28] No space left on device';
    const errors = `Traceback\n${cause}\nDuring handling\nRuntimeError: [enforce fail at inline_container.cc:671]\n`;
    expect(failureOf(ended({ errors }), undefined, false).error.message).toBe(cause);
  });

  it('knows a full disk in what the program says of a failed write', () => {
    const event = errorEvent('training.write-failed', '[Errno 28] No space left on device');
    expect(failureOf(ended({ code: 6 }), event, false).error.code).toBe('TRAINING_DISK_FULL');
    const denied = errorEvent('training.write-failed', '[Errno 13] Permission denied');
    expect(failureOf(ended({ code: 6 }), denied, false).error).toMatchObject({
      code: 'TRAINING_CRASHED',
      message: expect.stringContaining('Permission denied'),
    });
  });

  it('tells a kill for memory from one by somebody else, after which the run goes on', () => {
    const killed = ended({ code: null, signal: 'SIGKILL' });
    expect(failureOf(killed, undefined, true)).toMatchObject({
      error: { code: 'TRAINING_OUT_OF_MEMORY' },
      mayPass: false,
    });
    expect(failureOf(killed, undefined, false)).toMatchObject({ error: { code: 'TRAINING_CRASHED' }, mayPass: true });
  });

  it('gives the last lines of what a crashed process wrote', () => {
    const errors = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
    const { message } = failureOf(ended({ errors }), undefined, false).error;
    expect(message).toContain('exit code 1');
    expect(message).toContain('line 39');
    expect(message).not.toContain('line 20');
  });
});
