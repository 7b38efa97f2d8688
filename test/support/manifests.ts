import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

export const ROOT = path.resolve(__dirname, '../..');
export const OVERLAYS = readdirSync(path.join(ROOT, 'k8s/overlays'));

/** A Kubernetes object or a kustomization, as far as the tests read it. */
export interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  // Manifests have many shapes, and the API server checks those: see k8s/check.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

/** The objects of one file below the repository's root. */
export function readManifests(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(path.join(ROOT, file), 'utf8'))
    .map((document) => document.toJS() as Manifest)
    .filter(Boolean);
}

/** The objects of every YAML file in a folder. */
export const manifestsIn = (folder: string): Manifest[] =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => readManifests(`${folder}/${name}`));

/** The first object of a kind, optionally with a name. @throws Error when there is none */
export function one(manifests: Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.find((object) => object.kind === kind && (!name || object.metadata.name === name));
  if (!found) throw new Error(`there is no ${kind} ${name ?? ''}`);
  return found;
}

export const kustomization = (folder: string): Manifest => readManifests(`${folder}/kustomization.yaml`)[0]!;

/** Folders of the components and bases that an overlay is made of, directly or through another overlay. */
export function partsOf(overlay: string): string[] {
  const folder = `k8s/overlays/${overlay}`;
  const { resources = [], components = [] } = kustomization(folder);
  return [...resources, ...components].flatMap((name: string) => {
    const part = path.join(folder, name);
    if (!existsSync(path.join(ROOT, part, 'kustomization.yaml'))) return [];
    return part.startsWith('k8s/overlays') ? partsOf(path.basename(part)) : [part];
  });
}

/** name=value lines of the generators of a kustomization, by the name of the ConfigMap or Secret. */
export function literals(folder: string): Record<string, Record<string, string>> {
  const { configMapGenerator = [], secretGenerator = [] } = kustomization(folder);
  return Object.fromEntries(
    [...configMapGenerator, ...secretGenerator]
      .filter(({ literals: lines }) => lines)
      .map(({ name, literals: lines }) => [name, pairs(lines as string[])]),
  );
}

const pairs = (lines: string[]): Record<string, string> =>
  Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

/** Where the file of a service lies. */
export const serviceFile = (service: string): string => `k8s/base/${service}.yaml`;

/** The container named `service` of a Deployment. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const serviceContainer = (deployment: Manifest): Record<string, any> =>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  deployment.spec.template.spec.containers.find(({ name }: any) => name === 'service');

export const EVERY_SERVICE = (): Manifest => readManifests('k8s/base/every-service.yaml')[0]!;

/** One variable of a container, as it is written in a manifest. */
export interface Variable {
  name: string;
  value?: string;
  valueFrom?: {
    secretKeyRef?: { name: string; key: string; optional?: boolean };
    resourceFieldRef?: { resource: string };
  };
}

/** The objects in the patch files of a component. */
const patchesOf = (folder: string): Manifest[] =>
  ((kustomization(folder).patches ?? []) as { path?: string }[]).flatMap(({ path: file }) =>
    file && folder !== 'k8s/base' ? readManifests(`${folder}/${file}`) : [],
  );

/** The variables of a service's container: those of all services, its own, and those that its parts of an overlay add. */
export function variablesOf(service: string, overlay: string): Variable[] {
  const own = serviceContainer(one(readManifests(serviceFile(service)), 'Deployment', service));
  const patches = partsOf(overlay)
    .flatMap(patchesOf)
    .filter((patch) => patch.kind === 'Deployment' && patch.metadata.name === service)
    .map(serviceContainer);
  const all = [serviceContainer(EVERY_SERVICE()), own, ...patches].flatMap(({ env = [] }) => env as Variable[]);
  return [...new Map(all.map((variable) => [variable.name, variable])).values()];
}

/** The settings of all services in an overlay. */
export function settingsOf(overlay: string): Record<string, string> {
  const { resources = [] } = kustomization(`k8s/overlays/${overlay}`);
  const below = (resources as string[]).filter((name) => /^\.\.\/[a-z]+$/.test(name)).map((name) => name.slice(3));
  return {
    ...literals('k8s/base')['propago-settings'],
    ...Object.assign({}, ...below.map(settingsOf)),
    ...literals(`k8s/overlays/${overlay}`)['propago-settings'],
  };
}
