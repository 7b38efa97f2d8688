import { readFileSync, statSync } from 'node:fs';
import { Failure } from './failure';

/** What is said about one frame, in a file: a mask PNG, or JSON as `PUT /v1/runs/{id}/prompts/{frame}` takes it. */
export interface FramePrompt {
  frame: number;
  file: string;
}

/** `FRAME=FILE` of a `--prompt`. @throws Failure (usage) */
export function parsePrompt(text: string): FramePrompt {
  const [, frame, file] = /^(\d{1,7})=(.+)$/s.exec(text) ?? [];
  if (frame === undefined || !file) {
    throw new Failure(`Expected FRAME=FILE after --prompt, like 57=fix.png, but received '${text}'.`, 2);
  }
  return { frame: Number(frame), file };
}

/** For the option `--prompt`, which may be repeated. */
export const collectPrompts = (text: string, before: FramePrompt[]): FramePrompt[] => [...before, parsePrompt(text)];

/** Whether a prompt is JSON. Anything else is sent as a mask: the server says what is wrong with it. */
export function isJson({ file }: FramePrompt): boolean {
  return file.toLowerCase().endsWith('.json');
}

/** The JSON of a prompt. @throws Failure that names the file */
export function readJsonPrompt({ file }: FramePrompt): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch (error) {
    throw new Failure(`${file} is not the JSON of a prompt: ${(error as Error).message}`, 2);
  }
}

/** @throws Failure when there is no such file */
export function checkPromptFile({ file }: FramePrompt): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Failure(`there is no mask file ${file}`, 2);
}
