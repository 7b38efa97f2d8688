// The overlays as objects, and what a cluster makes of them.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { lastLines, run } from '../../scripts/command.mjs';
import { REPO_ROOT } from '../../scripts/system-tools.mjs';

const OVERLAYS = path.join(REPO_ROOT, 'k8s/overlays');

export const overlayNames = () => readdirSync(OVERLAYS).sort();

/** The objects that `kustomize build` gives for one overlay, and the file in `folder` that holds them. */
export async function buildOverlay(kustomize, name, folder) {
  const file = path.join(folder, `${name}.yaml`);
  const { code, output } = await run(kustomize, ['build', path.join(OVERLAYS, name), '--output', file]);
  // What it still says are warnings, and a warning is a mistake as well.
  if (code !== 0 || output.trim()) throw new Error(`overlay ${name} does not build:\n${lastLines(output, 20)}`);
  return { name, file, objects: parseAll(readFileSync(file, 'utf8')) };
}

export const parseAll = (text) =>
  parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter(Boolean);

/** The pod that a workload's controller would make first; undefined for what makes no pods. */
export function podOf(object) {
  const template = object.spec?.template;
  if (!['Deployment', 'StatefulSet', 'Job'].includes(object.kind) || !template) return undefined;
  const claims = (object.spec.volumeClaimTemplates ?? []).map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${object.metadata.name}-0` },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${object.metadata.name}-0`,
      namespace: object.metadata.namespace,
      labels: template.metadata.labels,
    },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  };
}
