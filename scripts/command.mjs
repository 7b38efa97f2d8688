import { spawn } from 'node:child_process';

/**
 * Runs a program without stdin and resolves to {code, output} (stdout and stderr together, the last 64 KiB).
 * A program that cannot be started gives code 127. With `inherit` its output goes to this process's;
 * `signal` ends it.
 */
export function run(program, args, { cwd, env = process.env, inherit = false, signal } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      signal,
      stdio: ['ignore', ...(inherit ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-65536);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}

/** The last lines of a program's output, for an error message. */
export const lastLines = (output, count = 8) => output.trimEnd().split('\n').slice(-count).join('\n');
