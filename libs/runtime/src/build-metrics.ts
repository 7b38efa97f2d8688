import { Gauge, type Registry } from 'prom-client';
import type { BuildInfo } from '@propago/build-info';

/** A gauge of 1 whose labels say which build this process is. */
export function showBuild(registry: Registry, { version, revision }: BuildInfo): void {
  new Gauge({
    name: 'propago_build_info',
    help: 'Version, git revision and Node version of this process; always 1.',
    labelNames: ['version', 'revision', 'node'],
    registers: [registry],
  }).set({ version, revision, node: process.versions.node }, 1);
}
