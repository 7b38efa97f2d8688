import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { describeAffinityBackend } from '../../testing/describe-affinity-backend';
import { createReferenceEngine } from './engine';

/** The worker compiled as the build does, because a thread cannot load TypeScript. */
function compileWorker(): { file: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'propago-affinity-'));
  const source = join(__dirname, '..');
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.spec.ts')) continue;
    const { code } = transformSync(readFileSync(join(source, path), 'utf8'), {
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    });
    const target = join(folder, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  return { file: join(folder, 'reference', 'worker.js'), remove: () => rmSync(folder, { recursive: true }) };
}

const worker = compileWorker();
afterAll(worker.remove);

const withWorker = (file: string) => [1, 3].map((threads) => createReferenceEngine(threads, file));

describeAffinityBackend('reference, on worker threads', withWorker(worker.file));
describeAffinityBackend('reference, on the calling thread', withWorker('absent'));
