import { CodedError } from '@propago/contracts';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { askConfined, ProcessLimits } from './confined-process';
import { failureSchema, ModelReports, ModelTask, reportSchemas } from './model-task';

/** How the process of a model is bounded. */
export interface ModelProcessOptions extends ProcessLimits {
  /** Threads of the encoder. Default 1. */
  threads?: number;
  /** Ends the process; the call rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with each step of the task, in words. */
  onPhase?: (phase: string) => void;
}

/** Does one task in a process of its own. @throws CodedError MODEL_… */
export async function runModelTask<Kind extends keyof ModelReports>(
  task: ModelTask & { kind: Kind },
  options: ModelProcessOptions,
): Promise<ModelReports[Kind]> {
  // The process has another working directory.
  const question = { ...task, path: path.resolve(task.path) };
  const { signal, onPhase } = options;
  const answer = await askConfined(modelProgram(), question, { limits: options, signal, onPhase });
  const { report, failed } = answer as { report?: unknown; failed?: unknown };
  if (failed !== undefined) {
    const failure = failureSchema.safeParse(failed);
    if (failure.success) throw new CodedError(failure.data.code, failure.data.message);
  }
  const parsed = reportSchemas[task.kind].safeParse(report);
  if (parsed.success) return parsed.data;
  throw new CodedError('MODEL_CRASHED', 'The process that ran the model gave an answer that makes no sense.');
}

/** The compiled program: beside this file, or, where only the sources are loaded (Jest), at its place under `dist`. */
function modelProgram(): string {
  const beside = path.join(__dirname, 'model-process.js');
  if (existsSync(beside)) return beside;
  const root = path.resolve(__dirname, '../../..');
  const built = path.join(root, 'dist', path.relative(root, __dirname), 'model-process.js');
  if (existsSync(built)) return built;
  throw new CodedError('INTERNAL', `The compiled program ${built} is missing; build the project first.`);
}
