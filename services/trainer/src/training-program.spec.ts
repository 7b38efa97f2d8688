import path from 'node:path';
import type { ConfigOf } from '@propago/runtime';
import { trainerPython } from '../../../test/support/training';
import { TrainingProgram } from './training-program';

const programOf = (python: string) =>
  new TrainingProgram({ TRAINER_PYTHON: python, TRAINING_MAX_MEMORY_MB: 0 } as ConfigOf<'trainer'>);

describe('TrainingProgram', () => {
  // Built, the service finds the package by itself.
  const before = process.env.PYTHONPATH;
  beforeAll(() => void (process.env.PYTHONPATH = path.resolve(__dirname, '..')));
  afterAll(() => {
    if (before === undefined) delete process.env.PYTHONPATH;
    else process.env.PYTHONPATH = before;
  });

  it.each([
    ['is not there', '/nowhere/python', 'There is no Python at /nowhere/python: see TRAINER_PYTHON.'],
    ['is something else', process.execPath, process.execPath],
  ])('does not start with a Python that %s', async (_, python, said) => {
    await expect(programOf(python).onModuleInit()).rejects.toMatchObject({
      code: 'TRAINER_UNAVAILABLE',
      message: expect.stringContaining(said),
    });
  });

  const python = trainerPython();
  (python === null ? it.skip : it)(
    'says what is wrong with settings, and what makes a run with them useless',
    async () => {
      const sut = programOf(python!);
      await sut.onModuleInit();
      await expect(sut.check(['stepz=3', 'steps=many'])).rejects.toMatchObject({
        code: 'TRAINING_CONFIG_INVALID',
        message: "there is no setting stepz, did you mean steps?; steps must be a whole number but is 'many'",
      });
      expect(await sut.check(['batch=2', 'micro_batch=2'])).toEqual([expect.stringContaining('at most 1.2e-06')]);
      expect(await sut.check(['steps=1000'])).toEqual([]);
    },
  );
});
