import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { ERRORS, QUEUES_OF, STAGES } from '@propago/contracts';
import { ENVIRONMENTS, readConfig, type ServiceName } from '@propago/runtime';
import { HealthController } from '../libs/runtime/src/health.controller';
import { MetricsController } from '../libs/runtime/src/metrics.controller';
import {
  EVERY_SERVICE,
  kustomization,
  literals,
  manifestsIn,
  one,
  OVERLAYS,
  partsOf,
  readManifests,
  ROOT,
  serviceContainer,
  serviceFile,
  settingsOf,
  variablesOf,
  type Variable,
} from './support/manifests';

const SERVICES = Object.keys(ENVIRONMENTS) as ServiceName[];
/** Read by the AWS SDK, which is no part of the configuration. */
const OF_THE_SDK = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const { version } = JSON.parse(text('package.json')) as { version: string };

const secrets = literals('k8s/overlays/local');

/** What a container finds in its environment; secrets are those of the local overlay. */
function environmentOf(service: ServiceName, overlay: string): NodeJS.ProcessEnv {
  const limits = serviceContainer(one(readManifests(serviceFile(service)), 'Deployment', service)).resources.limits;
  const valueOf = ({ value, valueFrom }: Variable) => {
    if (valueFrom?.secretKeyRef) return secrets[valueFrom.secretKeyRef.name]?.[valueFrom.secretKeyRef.key];
    if (valueFrom?.resourceFieldRef) return limits[valueFrom.resourceFieldRef.resource.replace('limits.', '')];
    return value;
  };
  const given = variablesOf(service, overlay).map((variable) => [variable.name, valueOf(variable)]);
  return { ...settingsOf(overlay), ...Object.fromEntries(given) };
}

describe('the manifests', () => {
  it.each(SERVICES)('run the compiled %s, with a Service and a disruption budget', (service) => {
    const manifests = readManifests(serviceFile(service));
    const deployment = one(manifests, 'Deployment', service);
    expect(existsSync(path.join(ROOT, `services/${service}/src/main.ts`))).toBe(true);
    expect(serviceContainer(deployment).args).toEqual([`dist/services/${service}/src/main.js`]);
    for (const { selector } of [deployment.spec, one(manifests, 'PodDisruptionBudget', service).spec]) {
      expect(selector.matchLabels).toEqual({ 'app.kubernetes.io/name': service });
    }
    expect(deployment.spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': service });
    // What every service has is merged into those with this label.
    expect(deployment.metadata.labels).toMatchObject({ 'app.kubernetes.io/component': 'service' });
    expect(one(manifests, 'Service', service).spec.selector).toEqual({ 'app.kubernetes.io/name': service });
  });

  it('hold no file that no kustomization names', () => {
    const folders = ['k8s/base', ...new Set(OVERLAYS.flatMap(partsOf))];
    for (const folder of folders) {
      const { resources = [], patches = [] } = kustomization(folder);
      const named = [...resources, ...patches.map(({ path: file }: { path?: string }) => file)];
      for (const service of SERVICES) {
        if (existsSync(path.join(ROOT, folder, `${service}.yaml`))) expect(named).toContain(`${service}.yaml`);
      }
    }
  });

  const inOverlays = OVERLAYS.flatMap((overlay) => SERVICES.map((service) => [overlay, service] as const));

  it.each(inOverlays)(
    'of overlay %s configure %s with variables that it knows, and valid values',
    (overlay, service) => {
      const known = Object.keys(ENVIRONMENTS[service].shape);
      const names = variablesOf(service, overlay).map(({ name }) => name);
      expect(names.filter((name) => !known.includes(name) && !OF_THE_SDK.includes(name))).toEqual([]);
      expect(() => readConfig(service, environmentOf(service, overlay))).not.toThrow();
    },
  );

  it.each(OVERLAYS)('of overlay %s set nothing for all services that no service reads', (overlay) => {
    const known = SERVICES.flatMap((service) => Object.keys(ENVIRONMENTS[service].shape));
    expect(known).toEqual(expect.arrayContaining(Object.keys(settingsOf(overlay))));
  });

  it('probe the paths of the health controller, at the port that the service listens on', () => {
    const base = Reflect.getMetadata('path', HealthController) as string;
    const pathOf = (method: 'live' | 'ready') =>
      `/${base}/${Reflect.getMetadata('path', HealthController.prototype[method])}`;
    const { startupProbe, livenessProbe, readinessProbe, ports, env } = serviceContainer(EVERY_SERVICE());
    expect(startupProbe.httpGet).toEqual({ path: pathOf('live'), port: 'http' });
    expect(livenessProbe.httpGet).toEqual({ path: pathOf('live'), port: 'http' });
    expect(readinessProbe.httpGet).toEqual({ path: pathOf('ready'), port: 'http' });
    const port = (env as Variable[]).find(({ name }) => name === 'PORT')!.value;
    expect(ports).toContainEqual({ name: 'http', containerPort: Number(port) });
    expect(text('docker/health.mjs')).toContain(pathOf('live'));
  });

  it('lead Services and the admin port to ports that containers have', () => {
    const gateway = readManifests(serviceFile('gateway'));
    const ports = serviceContainer(one(gateway, 'Deployment')).ports;
    const admin = environmentOf('gateway', 'local').ADMIN_PORT;
    expect(ports).toContainEqual({ name: 'admin', containerPort: Number(admin) });
    expect(one(gateway, 'Service', 'gateway-admin').spec.ports[0].targetPort).toBe('admin');
    for (const service of SERVICES) {
      const [port] = one(readManifests(serviceFile(service)), 'Service', service).spec.ports;
      expect(port).toMatchObject({ name: 'http', targetPort: 'http' });
    }
  });

  it('scrape the path of the metrics controller', () => {
    const [endpoint] = one(manifestsIn('k8s/components/monitoring'), 'ServiceMonitor').spec.endpoints;
    expect(endpoint).toMatchObject({ port: 'http', path: `/${Reflect.getMetadata('path', MetricsController)}` });
  });

  it('let users in to the API and its documentation, and not to the metrics', () => {
    const [rule] = one(readManifests('k8s/overlays/production/ingress.yaml'), 'Ingress').spec.rules;
    const paths = rule.http.paths as { path: string; pathType: string; backend: unknown }[];
    expect(paths.map(({ path: prefix }) => prefix)).toEqual(['/v1', '/v2', '/docs']);
    for (const { pathType, backend } of paths) {
      expect(pathType).toBe('Prefix');
      expect(backend).toEqual({ service: { name: 'gateway', port: { name: 'http' } } });
    }
  });

  it('raise the alert of wrong keys for codes of wrong keys only', () => {
    const [group] = one(manifestsIn('k8s/components/monitoring'), 'PrometheusRule').spec.groups;
    const rules = group.rules as { alert: string; expr: string }[];
    const [, codes] = /code=~"([^"]+)"/.exec(rules.find(({ alert }) => alert === 'PropagoAccessRefusals')!.expr)!;
    expect(codes!.split('|')).toEqual(
      Object.keys(ERRORS).filter((code) => /^KEY_(INVALID|EXPIRED|REVOKED)$/.test(code)),
    );
  });

  it('name a section of the operations guide in every alert', () => {
    const [group] = one(manifestsIn('k8s/components/monitoring'), 'PrometheusRule').spec.groups;
    expect(group.rules.length).toBeGreaterThan(0);
    for (const { alert, annotations } of group.rules) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(text('docs/operations.md')).toContain(`\n### ${alert}\n`);
    }
  });

  it('give a service longer to end than it gives itself', () => {
    const grace: number = EVERY_SERVICE().spec.template.spec.terminationGracePeriodSeconds;
    const pause: number = serviceContainer(one(readManifests(serviceFile('gateway')), 'Deployment')).lifecycle.preStop
      .sleep.seconds;
    for (const overlay of OVERLAYS) expect(grace).toBeGreaterThan(Number(settingsOf(overlay).SHUTDOWN_SECONDS) + pause);
  });

  it('leave room for a model that takes all the memory that its validation allows', () => {
    const { limits } = serviceContainer(one(readManifests('k8s/base/models.yaml'), 'Deployment')).resources;
    const { VALIDATION_MAX_MEMORY_MB: megabytes } = readConfig('models', environmentOf('models', 'gpu'));
    expect(Number.parseInt(limits.memory, 10) * 2 ** 30).toBeGreaterThan(megabytes * 2 ** 20 + 2 ** 30);
  });

  it('scale each stage on the Redis lists of the Bull queues that its service works on', () => {
    const prefix = settingsOf('cpu').QUEUE_PREFIX;
    const objects = readManifests('k8s/components/autoscaling/workers.yaml').filter(
      ({ kind }) => kind === 'ScaledObject',
    );
    expect(objects.map(({ metadata }) => metadata.name)).toEqual([...STAGES]);
    for (const { metadata, spec } of objects) {
      expect(spec.scaleTargetRef.name).toBe(metadata.name);
      const lists = spec.triggers.map((trigger: { metadata: { listName: string } }) => trigger.metadata.listName);
      const queues = QUEUES_OF[metadata.name as (typeof STAGES)[number]];
      expect(lists).toEqual(queues.flatMap((queue) => [`${prefix}:${queue}:wait`, `${prefix}:${queue}:active`]));
    }
  });

  it('keep the queues in a Redis that evicts nothing and writes everything down', () => {
    const { args } = one(manifestsIn('k8s/components/dependencies'), 'StatefulSet', 'redis').spec.template.spec
      .containers[0];
    const after = (option: string) => args[args.indexOf(option) + 1];
    expect(after('--maxmemory-policy')).toBe('noeviction');
    expect(after('--appendonly')).toBe('yes');
  });

  it('start a server again that no longer answers', () => {
    const servers = manifestsIn('k8s/components/dependencies').filter(({ kind }) => kind === 'StatefulSet');
    expect(servers.map(({ metadata }) => metadata.name).sort()).toEqual(['nats', 'postgres', 'redis', 's3']);
    for (const { spec } of servers) expect(spec.template.spec.containers[0]).toHaveProperty('livenessProbe');
  });

  it('run the S3 server that the tests run', () => {
    const images = kustomization('k8s/components/dependencies').images as { name: string; newTag: string }[];
    const { versitygw } = JSON.parse(text('k8s/check/versions.json')) as { versitygw: string };
    expect(images.find(({ name }) => name === 'versity/versitygw')!.newTag).toBe(versitygw);
  });

  it('take every secret by reference, from Secrets that the operations guide describes', () => {
    const references = SERVICES.flatMap((service) => variablesOf(service, 'gpu'))
      .map(({ valueFrom }) => valueFrom?.secretKeyRef)
      .filter((reference) => reference !== undefined);
    expect(references.length).toBeGreaterThan(SERVICES.length * 3);
    for (const { name, key } of references) {
      expect(secrets[name]).toHaveProperty(key);
      expect(text('docs/operations.md')).toContain(name);
      expect(text('docs/operations.md')).toContain(key);
    }
  });
});

describe('the images', () => {
  const release = kustomization('k8s/components/release');
  const images: { name: string; newTag: string }[] = release.images;

  it('have the version of package.json, and the migration is named after it', () => {
    for (const { newTag } of images) expect(newTag).toBe(version);
    expect(parse(release.patches[0].patch)[0].value).toBe(`propago-migrate-${version.replaceAll('.', '-')}`);
    expect(text('compose.yaml')).toContain(`\${PROPAGO_VERSION:-${version}}`);
  });

  it('are made by a Dockerfile each, for a user that the manifests run as', () => {
    const { runAsUser, runAsGroup } = EVERY_SERVICE().spec.template.spec.securityContext;
    const port = (serviceContainer(EVERY_SERVICE()).env as Variable[]).find(({ name }) => name === 'PORT')!.value;
    for (const { name } of images) {
      const dockerfile = text(`docker/${path.basename(name)}.Dockerfile`);
      expect(dockerfile).toMatch(new RegExp(`^USER ${runAsUser}:${runAsGroup}$`, 'm'));
      expect(dockerfile).toMatch(new RegExp(`^ENV .*HOST=0.0.0.0 PORT=${port}\\b`, 'm'));
      expect(dockerfile).toContain(`ARG VERSION=${version}`);
      expect(dockerfile).toContain('HEALTHCHECK');
      // Bases come from arguments, never from a line that has to be edited.
      const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
      expect(bases.filter((base) => !base!.startsWith('${'))).toEqual([]);
    }
  });

  it('are the only ones of ours that manifests name, without a tag of their own', () => {
    const folders = ['k8s/base', ...new Set(OVERLAYS.flatMap(partsOf))];
    const named = folders.flatMap((folder) => [
      ...manifestsIn(folder).flatMap((object) => {
        const pod = object.spec?.template?.spec;
        return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map(({ image }) => image as string);
      }),
    ]);
    const known = [...images, ...kustomization('k8s/components/dependencies').images].map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(named.filter(Boolean)));
  });
});

interface ComposeService {
  image: string;
  build?: { dockerfile: string; args?: Record<string, string>; additional_contexts?: Record<string, string> };
  command?: string[];
  environment?: Record<string, string>;
  stop_grace_period?: string;
}

describe('compose.yaml', () => {
  const compose = parse(text('compose.yaml'), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  const interpolated = (environment: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')]),
    );

  it.each(SERVICES)('starts %s with variables that it knows and valid values', (service) => {
    const { command, environment = {}, stop_grace_period: grace } = compose.services[service]!;
    expect(command).toEqual([`dist/services/${service}/src/main.js`]);
    expect(Object.keys(ENVIRONMENTS[service].shape)).toEqual(expect.arrayContaining(Object.keys(environment)));
    const image = { HOST: '0.0.0.0', PORT: '8080' };
    const config = readConfig(service, { ...image, ...interpolated(environment) });
    expect(Number.parseInt(grace!, 10)).toBeGreaterThan(config.SHUTDOWN_SECONDS);
  });

  it('builds the trainer on the image of the services that it builds itself', () => {
    const { args, additional_contexts: contexts, dockerfile } = compose.services.trainer!.build!;
    const [, base] = /^service:(.+)$/.exec(contexts![args!.SERVICES_IMAGE!]!)!;
    expect(compose.services[base!]!.image).toMatch(/^propago\/services:/);
    expect(text(dockerfile)).toContain('FROM ${SERVICES_IMAGE} AS services');
  });
});
