// npm run k8s:check: every overlay builds, fits the schemas of the Kubernetes version in versions.json, and is accepted by a
// real API server of that version, pods included. Needs Go for the programs; without it nothing of this can be done.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lastLines, run } from '../../scripts/command.mjs';
import { main, ensureDependencies } from '../../scripts/setup.mjs';
import { REPO_ROOT } from '../../scripts/system-tools.mjs';
import { PRIVILEGED, UNKNOWN_FIELD } from './mistakes.mjs';
import { findGo, goProgram, openApi, resourceDefinitions, versions } from './go-tools.mjs';

await main(async () => {
  const go = findGo();
  if (!go) {
    console.log(
      'k8s:check: SKIPPED, there is no Go here (https://go.dev/dl). test/deploy.spec.ts checks names without it.',
    );
    return;
  }
  await ensureDependencies();
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-k8s-'));
  try {
    const problems = await check(go, folder);
    for (const problem of problems) console.error(`k8s:check: ${problem}`);
    console.log(problems.length === 0 ? 'k8s:check: passed' : `k8s:check: ${problems.length} problems`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** @returns every problem of every overlay */
async function check(go, folder) {
  // These need the packages that ensureDependencies installs.
  const { buildOverlay, overlayNames, parseAll } = await import('./manifests.mjs');
  const { writeSchemas } = await import('./schemas.mjs');
  const kustomize = await goProgram(go, 'kustomize', console.log);
  const overlays = [];
  for (const name of overlayNames()) overlays.push(await buildOverlay(kustomize, name, folder));
  console.log(`kustomize ${versions.kustomize}: ${overlays.length} overlays build`);

  const definitions = (await resourceDefinitions(go)).flatMap(parseAll);
  const kubeconform = await goProgram(go, 'kubeconform', console.log);
  const location = writeSchemas(path.join(folder, 'schemas'), await openApi(go), definitions);
  const validate = (overlay) => conform(kubeconform, location, overlay);
  const problems = (await Promise.all(overlays.map(validate))).flat();
  const mistake = path.join(folder, 'mistake.json');
  writeFileSync(mistake, JSON.stringify(UNKNOWN_FIELD));
  const refused = await validate({ name: 'mistake', file: mistake });
  if (refused.length === 0) problems.push('the schemas accept a field that does not exist');
  console.log(
    `kubeconform ${versions.kubeconform}, schemas of Kubernetes ${versions.kubernetes}: ${problems.length} problems`,
  );

  problems.push(...(await readQueries(go, folder, overlays)), ...(await readComposeFile(go)));

  const rejections = await askApiServer(go, definitions, overlays);
  return [...problems, ...rejections];
}

async function conform(kubeconform, location, { name, file }) {
  const { code, output } = await run(kubeconform, ['-strict', '-schema-location', location, '-output', 'json', file]);
  const { resources = [] } = JSON.parse(output);
  const complaints = resources.map(({ kind, name: object, msg }) => `overlay ${name}: ${kind} ${object}: ${msg}`);
  return code !== 0 && complaints.length === 0 ? [`overlay ${name}: kubeconform ended with ${code}`] : complaints;
}

/** PromQL as Prometheus itself reads it. */
async function readQueries(go, folder, overlays) {
  const { rulesFile } = await import('./queries.mjs');
  const promtool = await goProgram(go, 'promtool', console.log);
  const file = path.join(folder, 'rules.yaml');
  writeFileSync(file, rulesFile(overlays.find(({ name }) => name === 'production').objects));
  const { code, output } = await run(promtool, ['check', 'rules', file]);
  console.log(
    `promtool ${versions.promtool}: ${/(\d+) rules found/.exec(output)?.[1] ?? 0} queries of alerts, dashboard, autoscaling`,
  );
  return code === 0 ? [] : [`promtool: ${lastLines(output)}`];
}

/** compose.yaml as Compose itself reads it. */
async function readComposeFile(go) {
  const compose = await goProgram(go, 'compose-go', console.log);
  const { code, output } = await run(compose, ['compose.yaml'], { cwd: REPO_ROOT });
  console.log(`compose-go ${versions.composeGo}: compose.yaml ${code === 0 ? 'is valid' : 'is not valid'}`);
  return code === 0 ? [] : [`compose.yaml: ${lastLines(output)}`];
}

async function askApiServer(go, definitions, overlays) {
  const { withApiServer } = await import('./api-server.mjs');
  const { dryRun, install } = await import('./admission.mjs');
  const etcd = await goProgram(go, 'etcd', console.log);
  const apiServer = await goProgram(go, 'kube-apiserver', console.log);
  return withApiServer({ etcd, apiServer }, async (call) => {
    const { body } = await call('GET', '/version');
    console.log(`API server ${body.gitVersion} with etcd ${versions.etcd}, server-side dry run:`);
    await install(call, definitions);
    const problems = [];
    for (const { name, objects } of overlays) {
      const found = await dryRun(call, objects);
      console.log(`  overlay ${name}: ${objects.length} objects and their pods, ${found.length} problems`);
      problems.push(...found.map((problem) => `overlay ${name}: ${problem}`));
    }
    for (const object of [UNKNOWN_FIELD, PRIVILEGED]) {
      const refused = await dryRun(call, [object]);
      if (refused.length === 0) problems.push(`the API server accepts ${object.kind} ${object.metadata.name}`);
    }
    return problems;
  });
}
