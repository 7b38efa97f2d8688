import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPlatform } from './support/platform';
import { nothingIsLeftIn, TINY, trainerPython, TrainingRuns } from './support/training';

const python = trainerPython();

jest.setTimeout(1_800_000);

(python === null ? describe.skip : describe)('a training run on a trainer with little room', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-training-test-'));
  const work = path.join(folder, 'work');
  mkdirSync(work);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const limited = async (env: NodeJS.ProcessEnv, through: string[], settings: object) => {
    const small = await startPlatform(
      { TRAINER_PYTHON: python!, TRAINER_WORK: work, RECONCILE_SECONDS: '1', ...env },
      { services: [{ name: 'gateway' }, { name: 'trainer', through }] },
    );
    try {
      const its = new TrainingRuns(small);
      const end = await its.ends((await its.start({ settings })).id);
      await nothingIsLeftIn(work);
      return end;
    } finally {
      await small.stop();
    }
  };

  it('fails with a code when the disk is full', async () => {
    // A disk of its own, in a mount namespace that ends with the trainer.
    const disk = path.join(folder, 'disk');
    mkdirSync(disk);
    const mounted = `mount -t tmpfs -o size=1m none ${disk} && exec "$@"`;
    const through = ['unshare', process.getuid?.() === 0 ? '-m' : '-rm', '/bin/sh', '-c', mounted, 'sh'];
    const end = await limited({ TRAINER_WORK: disk }, through, { ...TINY, conv_width: 128, steps: 1000 });
    expect([end.state, end.error?.code]).toEqual(['failed', 'TRAINING_DISK_FULL']);
  });

  it('fails with a code when memory is out', async () => {
    const end = await limited({ TRAINING_MAX_MEMORY_MB: '1500' }, [], {
      ...TINY,
      image: 512,
      batch: 256,
      micro_batch: 256,
    });
    expect([end.state, end.error?.code]).toEqual(['failed', 'TRAINING_OUT_OF_MEMORY']);
  });
});

describe('a trainer', () => {
  it('refuses to start without Python', async () => {
    const services = [{ name: 'gateway' as const }, { name: 'trainer' as const }];
    await expect(startPlatform({ TRAINER_PYTHON: '/nowhere/python' }, { services })).rejects.toThrow(
      'There is no Python at /nowhere/python: see TRAINER_PYTHON.',
    );
  });
});
