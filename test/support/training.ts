import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '@propago/local-stack';
import { until, type Platform, type Problem } from './platform';
import { documentedFetch } from './documented-fetch';

/** What the tests read of a training run. */
export interface TrainingView {
  id: string;
  state: string;
  starts: number;
  step: number;
  phase: string | null;
  warnings: string[];
  error: { code: string; detail: string } | null;
  registered: { name: string; version: number } | null;
  [field: string]: unknown;
}

/** A convolutional encoder that a processor trains some steps of in a second. */
export const TINY = {
  arch: 'conv',
  conv_width: 16,
  conv_dim: 16,
  siammae: 0,
  correspondence: 1,
  image: 32,
  frames: 2,
  textures: 10,
  batch: 2,
  micro_batch: 2,
  repeat: 1,
  warmup_steps: 5,
  log_every: 1,
  checkpoint_seconds: 0.5,
  peak_tflops: 1,
  threads: 1,
  device: 'cpu',
};
/** Training takes as long as the machine lets it. */
const PATIENCE_MS = 600_000;

/** The trainer's Python if it is there; installs nothing. */
export function trainerPython(): string | null {
  const script = path.join(repoRoot(), 'scripts/python-env.mjs');
  const code = `import { existingPython } from ${JSON.stringify(script)}; console.log(existingPython() ?? '')`;
  const python = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }).trim();
  return python && existsSync(python) ? python : null;
}

/** Training processes of this machine whose command line has the texts, the supervisors' children and all others. */
export function trainingProcesses(...texts: string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const isEnded = /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
        return (
          !isEnded &&
          command.includes('propago_trainer.supervised') &&
          texts.every((text) => command.join(' ').includes(text))
        );
      } catch {
        return false;
      }
    });
}

/** Waits until the work folder of a trainer has nothing of a run that has ended. */
export const nothingIsLeftIn = (work: string): Promise<void> =>
  until(
    'no training process and no folder is left',
    async () => trainingProcesses(work).length === 0 && readdirSync(work).length === 0,
  );

/** The admin API of a platform's training runs. */
export class TrainingRuns {
  constructor(private readonly platform: Platform) {}

  /** The answer to a request for a run, whatever it is. */
  post(body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.call('POST', '', headers, body);
  }

  /** A run that must be accepted. */
  async start(body: object): Promise<TrainingView> {
    const answer = await this.post(body);
    if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as TrainingView;
  }

  get(id: string): Promise<TrainingView> {
    return this.platform.json<TrainingView>(`/v1/admin/training-runs/${id}`);
  }

  async act(id: string, verb: 'cancel' | 'resume'): Promise<void> {
    const answer = await this.call('POST', `/${id}/${verb}`);
    if (answer.status !== 202) throw new Error(`${verb}: ${answer.status} ${await answer.text()}`);
  }

  remove(id: string): Promise<Response> {
    return this.call('DELETE', `/${id}`);
  }

  async reaches(id: string, what: string, isSo: (run: TrainingView) => boolean): Promise<TrainingView> {
    let run!: TrainingView;
    const look = async () => {
      run = await this.get(id);
      if (['failed', 'succeeded', 'cancelled'].includes(run.state) && !isSo(run)) {
        throw new Error(`${id} never ${what}: ${JSON.stringify(run)}`);
      }
      return isSo(run);
    };
    await until(`the training ${what}`, look, PATIENCE_MS);
    return run;
  }

  ends(id: string): Promise<TrainingView> {
    return this.reaches(id, 'ends', ({ state }) => ['failed', 'succeeded', 'cancelled'].includes(state));
  }

  async artifacts(id: string): Promise<{ name: string; kind: string; step: number | null; bytes: number }[]> {
    type Items = { items: { name: string; kind: string; step: number | null; bytes: number }[] };
    return (await this.platform.json<Items>(`/v1/admin/training-runs/${id}/artifacts`)).items;
  }

  private call(method: string, where: string, headers: Record<string, string> = {}, body?: object): Promise<Response> {
    return documentedFetch(`${this.platform.url}/v1/admin/training-runs${where}`, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
  }
}

export async function problemOf(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as Problem).code];
}
