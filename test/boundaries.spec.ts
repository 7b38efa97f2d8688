import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..');

function violations(...folders: string[]): string {
  const cruiser = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout } = spawnSync(process.execPath, [cruiser, '--config', '.dependency-cruiser.cjs', ...folders], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return stdout;
}

describe('the boundaries', () => {
  const folder = path.join(ROOT, 'services/ingest/src/breach');

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['services-are-separate', "import '../../../results/src/results.module';"],
    ['libs-through-their-index', "import '../../../../libs/labels/src/palette';"],
    ['onnxruntime-in-one-place', "import 'onnxruntime-node';"],
  ])(
    'refuse a breach of %s',
    (rule, code) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'breach.ts'), `${code}\n`);
      expect(violations('services/ingest')).toContain(rule);
    },
    60_000,
  );
});
