import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import { PRIVATE_PYTHON, programEnvironment } from './config';
import { ProgramProcess } from './program-process';

/** Exit codes of propago_trainer/settings_check.py. */
const SETTINGS_INVALID = 2;
const PACKAGES_MISSING = 7;

const MIB = 2 ** 20;

/** How the Python package services/trainer/propago_trainer is run. */
@Injectable()
export class TrainingProgram implements OnModuleInit {
  private readonly python: string;

  constructor(@Inject(CONFIG) private readonly config: ConfigOf<'trainer'>) {
    this.python = config.TRAINER_PYTHON ?? PRIVATE_PYTHON;
  }

  /** A trainer that could not train does not start, so that nobody hears of it from the first training. */
  async onModuleInit(): Promise<void> {
    await this.check([]);
  }

  /**
   * Has the program itself look at settings, so that what they may be is written in one place.
   * @returns what makes a run with them useless, a sentence each
   * @throws CodedError TRAINER_UNAVAILABLE, TRAINING_CONFIG_INVALID
   */
  async check(settings: string[]): Promise<string[]> {
    this.assertPython();
    const command = ['-m', 'propago_trainer.settings_check', ...settings];
    const doubts: string[] = [];
    const { code, signal, errors } = await this.run(command, {}, (line) => doubts.push(line)).ended;
    if (code === 0) return doubts;
    const said = errors.trim() || `It ended with ${signal ?? code}.`;
    if (code === SETTINGS_INVALID) throw new CodedError('TRAINING_CONFIG_INVALID', said);
    throw new CodedError('TRAINER_UNAVAILABLE', code === PACKAGES_MISSING ? said : `${this.python}: ${said}`);
  }

  /**
   * Starts one command of the program. It ends with this process, however this one ends.
   * @param gpu the only GPU that it sees; without one it sees all there are
   * @param onLine gets each line of its standard output
   */
  start(command: string[], { gpu, onLine }: { gpu?: string; onLine: (line: string) => void }): ProgramProcess {
    this.assertPython();
    const memory = ['--memory-bytes', String(this.config.TRAINING_MAX_MEMORY_MB * MIB)];
    const device = gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu };
    return this.run(['-m', 'propago_trainer.supervised', ...memory, ...command], device, onLine);
  }

  private run(command: string[], extra: NodeJS.ProcessEnv, onLine: (line: string) => void = () => {}): ProgramProcess {
    const child = spawn(this.python, command, {
      env: { ...programEnvironment(), ...extra },
      // A group of its own, so that nothing of it outlives it, and signals to this process's group do not reach it.
      detached: true,
      stdio: 'pipe',
    });
    return new ProgramProcess(child, onLine);
  }

  private assertPython(): void {
    if (existsSync(this.python)) return;
    throw new CodedError('TRAINER_UNAVAILABLE', `There is no Python at ${this.python}: see TRAINER_PYTHON.`);
  }
}
