// Programs and files that come from Go modules, each at the version that versions.json names.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, run } from '../../scripts/command.mjs';
import { REPO_ROOT } from '../../scripts/system-tools.mjs';

const HOME = path.join(REPO_ROOT, '.propago/tools/k8s');
const CANDIDATES = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/local/go/bin', '/usr/lib/go/bin'];

export const versions = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'));

const minor = versions.kubernetes.split('.')[1];
const stamp = 'k8s.io/component-base/version';

const PROGRAMS = {
  kustomize: { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: versions.kustomize },
  kubeconform: { module: 'github.com/yannh/kubeconform', version: versions.kubeconform, package: 'cmd/kubeconform' },
  'compose-go': { module: 'github.com/compose-spec/compose-go/v2', version: versions.composeGo, package: 'cmd' },
  promtool: { module: 'github.com/prometheus/prometheus', version: versions.promtool, package: 'cmd/promtool' },
  versitygw: { module: 'github.com/versity/versitygw', version: versions.versitygw, package: 'cmd/versitygw' },
  etcd: { module: 'go.etcd.io/etcd/server/v3', version: versions.etcd },
  'kube-apiserver': {
    module: 'k8s.io/kubernetes',
    version: versions.kubernetes,
    package: 'cmd/kube-apiserver',
    flags: `-X ${stamp}.gitVersion=${versions.kubernetes} -X ${stamp}.gitMajor=1 -X ${stamp}.gitMinor=${minor}`,
  },
};

/** Absolute path of the go command; undefined where there is none. */
export function findGo() {
  return CANDIDATES.map((folder) => path.join(folder, 'go')).find((file) => path.isAbsolute(file) && existsSync(file));
}

const goEnvironment = () => ({ ...process.env, GOFLAGS: '-mod=mod -modcacherw', GOWORK: 'off', GOTOOLCHAIN: 'auto' });

/** The folder and the go.mod of a module in Go's cache, downloaded if need be. */
export async function moduleFiles(go, module, version) {
  mkdirSync(HOME, { recursive: true });
  const { code, output } = await run(go, ['mod', 'download', '-json', `${module}@${version}`], {
    cwd: HOME,
    env: goEnvironment(),
  });
  if (code !== 0) throw new Error(`${module} ${version} cannot be downloaded:\n${lastLines(output)}`);
  const { Dir, GoMod } = JSON.parse(output.slice(output.indexOf('{')));
  return { folder: Dir, goMod: GoMod };
}

/**
 * Kubernetes replaces its own libraries by folders of its source tree, which its module does not contain: the same
 * libraries as published, v1.36.3 of Kubernetes as v0.36.3 of each.
 */
async function stagingReplacements(go, module, version) {
  const { goMod } = await moduleFiles(go, module, version);
  const staging = [...readFileSync(goMod, 'utf8').matchAll(/^\s*(\S+) => \.\/staging\/src\//gm)].map(
    ([, name]) => name,
  );
  return staging.map((name) => `replace ${name} => ${name} ${version.replace(/^v1\./, 'v0.')}\n`).join('');
}

/** Absolute path of a program of PROGRAMS, built at the first call (the API server takes minutes). */
export async function goProgram(go, name, log) {
  const { module, version, package: folder, flags = '' } = PROGRAMS[name];
  const file = path.join(HOME, 'bin', `${name}-${version}`);
  if (existsSync(file)) return file;
  log(`building ${name} ${version}`);
  // A main module of its own: `go install` refuses modules with replacements.
  const workplace = path.join(HOME, 'build', name);
  mkdirSync(workplace, { recursive: true });
  mkdirSync(path.dirname(file), { recursive: true });
  const replacements = await stagingReplacements(go, module, version);
  writeFileSync(
    path.join(workplace, 'go.mod'),
    `module propago.invalid/${name}\n\ngo 1.24.0\n\nrequire ${module} ${version}\n${replacements}`,
  );
  const draft = `${file}.${process.pid}`;
  const args = [
    'build',
    '-trimpath',
    '-ldflags',
    `-s -w ${flags}`,
    '-o',
    draft,
    [module, folder].filter(Boolean).join('/'),
  ];
  const { code, output } = await run(go, args, { cwd: workplace, env: { ...goEnvironment(), CGO_ENABLED: '0' } });
  if (code !== 0) throw new Error(`${name} ${version} cannot be built:\n${lastLines(output, 20)}`);
  renameSync(draft, file);
  return file;
}

/** Texts of the custom resource definitions that the manifests use. */
export async function resourceDefinitions(go) {
  const sources = [
    {
      module: 'github.com/kedacore/keda/v2',
      version: versions.keda,
      folder: 'config/crd/bases',
      files: ['keda.sh_scaledobjects.yaml', 'keda.sh_triggerauthentications.yaml'],
    },
    {
      module: 'github.com/prometheus-operator/prometheus-operator',
      version: versions.prometheusOperator,
      folder: 'example/prometheus-operator-crd',
      files: ['monitoring.coreos.com_servicemonitors.yaml', 'monitoring.coreos.com_prometheusrules.yaml'],
    },
  ];
  const texts = [];
  for (const { module, version, folder, files } of sources) {
    const { folder: root } = await moduleFiles(go, module, version);
    for (const file of files) texts.push(readFileSync(path.join(root, folder, file), 'utf8'));
  }
  return texts;
}

/** Kubernetes' own OpenAPI description, of the version that versions.json names. */
export async function openApi(go) {
  const { folder } = await moduleFiles(go, 'k8s.io/kubernetes', versions.kubernetes);
  return JSON.parse(readFileSync(path.join(folder, 'api/openapi-spec/swagger.json'), 'utf8'));
}
