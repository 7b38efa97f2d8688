import type { Logger } from '@propago/runtime';
import type { Artifacts } from './artifacts.service';
import { CheckpointUploads } from './checkpoint-uploads';

const silent = { warn: () => {} } as unknown as Logger;

function uploadsTo(storeCheckpoint: (run: string, step: number, file: string) => Promise<void>): CheckpointUploads {
  return new CheckpointUploads({ storeCheckpoint } as unknown as Artifacts, 'run', '/work/out', silent);
}

describe('CheckpointUploads', () => {
  it('stores one after the other, and of those that wait only the newest', async () => {
    const stored: number[] = [];
    let release = () => {};
    const sut = uploadsTo(async (_, step) => {
      if (step === 1) await new Promise<void>((resolve) => (release = resolve));
      stored.push(step);
    });
    for (const step of [1, 2, 3]) sut.add(step, `step-${step}.pt`);
    release();
    await sut.done();
    expect(stored).toEqual([1, 3]);
    expect(sut.stored).toBe(3);
  });

  it('goes on after one that cannot be stored', async () => {
    const sut = uploadsTo(async (_, step) => {
      if (step === 1) throw new Error('storage is away');
    });
    sut.add(1, 'step-1.pt');
    await sut.done();
    expect(sut.stored).toBe(-1);
    sut.add(2, 'step-2.pt');
    await sut.done();
    expect(sut.stored).toBe(2);
  });

  it('reads files of the run’s own folder only', async () => {
    const files: string[] = [];
    const sut = uploadsTo(async (_, __, file) => void files.push(file));
    sut.add(1, '/etc/passwd');
    await sut.done();
    expect(files).toEqual(['/work/out/passwd']);
  });
});
