import { setTimeout as sleep } from 'node:timers/promises';
import { Rounds } from './rounds';

const warn = jest.fn();
const logger = { warn } as never;
let done: number;
let sut: Rounds;

beforeEach(() => {
  warn.mockClear();
  done = 0;
});

afterEach(() => sut.stop());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

it('goes on after a round that failed, and says so', async () => {
  sut = new Rounds(
    async () => {
      if (++done === 1) throw new Error('away');
    },
    { name: 'test', everyMs: 1, logger },
  );
  sut.start();
  await until(() => done >= 3);
  expect(warn.mock.calls).toEqual([[{ err: new Error('away') }, 'test']]);
});

it('begins a round only when the one before has ended', async () => {
  let [working, most] = [0, 0];
  sut = new Rounds(
    async () => {
      most = Math.max(most, ++working);
      await sleep(5);
      working--;
      done++;
    },
    { name: 'test', everyMs: 0, logger },
  );
  sut.start();
  await until(() => done >= 3);
  expect(most).toBe(1);
});

it('begins at once where it is asked to', () => {
  sut = new Rounds(async () => done++, { name: 'test', everyMs: 60_000, logger });
  sut.start();
  expect(done).toBe(0);
  sut.stop();
  sut = new Rounds(async () => done++, { name: 'test', everyMs: 60_000, logger });
  sut.start({ atOnce: true });
  expect(done).toBe(1);
});

it('begins no round after it was stopped, not even when it was stopped during one', async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  sut = new Rounds(
    async () => {
      done++;
      await ended;
    },
    { name: 'test', everyMs: 0, logger },
  );
  sut.start({ atOnce: true });
  sut.stop();
  end();
  await sleep(20);
  expect(done).toBe(1);
});
