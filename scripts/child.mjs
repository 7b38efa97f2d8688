import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program on this process's terminal and resolves to its exit code. SIGINT and SIGTERM reach the program, which
 * decides how to end; a terminal sends Ctrl-C to both already, so SIGINT is only waited for.
 */
export function passThrough(program, args, { cwd = process.cwd(), env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
    const onInterrupt = () => {
      if (!process.stdin.isTTY) child.kill('SIGINT');
    };
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
