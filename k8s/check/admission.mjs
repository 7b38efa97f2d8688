// What a real API server says of objects: server-side apply as a dry run, every unknown field an error.
import { setTimeout as sleep } from 'node:timers/promises';
import { podOf } from './manifests.mjs';

const groupPath = (apiVersion) => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

const sayings = ({ status, body, warnings }) => [
  ...(status < 300 ? [] : [body.message ?? `status ${status}`]),
  ...warnings.map((warning) => `warning: ${warning}`),
];

/** The kinds that a server knows, with the paths of their objects. */
class Paths {
  known = new Map();

  constructor(call) {
    this.call = call;
  }

  async of({ apiVersion, kind, metadata }) {
    if (!this.known.has(apiVersion)) {
      const { status, body } = await this.call('GET', groupPath(apiVersion));
      this.known.set(apiVersion, status === 200 ? body.resources : []);
    }
    const resource = this.known.get(apiVersion).find((entry) => entry.kind === kind && !entry.name.includes('/'));
    if (!resource) return undefined;
    const space = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return `${groupPath(apiVersion)}${space}/${resource.name}/${metadata.name}`;
  }
}

async function create(call, collection, object) {
  const answer = await call('POST', collection, object);
  if (answer.status >= 300 && answer.status !== 409) throw new Error(answer.body.message);
}

/** Installs custom resource definitions and waits until their kinds are served. */
export async function install(call, definitions) {
  const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const definition of definitions) await create(call, collection, definition);
  for (const { spec } of definitions) {
    for (const { name } of spec.versions.filter((version) => version.served)) {
      const url = `/apis/${spec.group}/${name}`;
      for (let attempt = 0; ; attempt++) {
        const { status, body } = await call('GET', url);
        if (status === 200 && body.resources.some((entry) => entry.kind === spec.names.kind)) break;
        if (attempt === 200) throw new Error(`${spec.names.kind} is never served at ${url}`);
        await sleep(100);
      }
    }
  }
}

/** Applies objects as a dry run, and each workload's first pod with them. @returns what the server did not like */
export async function dryRun(call, objects) {
  const paths = new Paths(call);
  const problems = [];
  // A namespace that is not there could hold nothing, not even in a dry run.
  for (const namespace of objects.filter(({ kind }) => kind === 'Namespace')) {
    await create(call, '/api/v1/namespaces', namespace);
  }
  for (const object of objects.flatMap((entry) => [entry, podOf(entry)].filter(Boolean))) {
    const title = `${object.kind} ${object.metadata.name}`;
    const url = await paths.of(object);
    if (!url) {
      problems.push(`${title}: the server does not know ${object.apiVersion} ${object.kind}`);
      continue;
    }
    const query = 'fieldManager=k8s-check&dryRun=All&fieldValidation=Strict&force=true';
    const answer = await call('PATCH', `${url}?${query}`, object, 'application/apply-patch+yaml');
    problems.push(...sayings(answer).map((saying) => `${title}: ${saying}`));
  }
  return problems;
}
