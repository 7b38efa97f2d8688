import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestsIn, one, kustomization, ROOT } from './support/manifests';
import { type Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip } from './support/small-clip';

/** Prometheus adds these to every series. */
const OF_PROMETHEUS = ['namespace', 'job', 'pod', 'le'];
const SUFFIXES = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum'],
  summary: ['', '_count', '_sum'],
};

/** What a process says on /metrics: names of series by their metric's type, with the labels that they have. */
function exported(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    for (const suffix of SUFFIXES[type as keyof typeof SUFFIXES] ?? ['']) series.set(`${name}${suffix}`, new Set());
  }
  for (const [, name, labels = ''] of text.matchAll(/^([a-z_]+)(?:\{([^}]*)\})? /gm)) {
    for (const [, label] of labels.matchAll(/(\w+)="/g)) series.get(name!)?.add(label!);
  }
  return series;
}

/** Names of the series in a query, with the labels that it selects them by. */
function queried(query: string): { name: string; labels: string[] }[] {
  return [...query.matchAll(/\b((?:propago|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name, selectors = '']) => ({
      name: name!,
      labels: [...selectors.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    }),
  );
}

/** Labels that a query groups by. */
const groupings = (query: string): string[] =>
  [...query.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, labels]) =>
    labels!.split(',').map((label) => label.trim()),
  );

const monitoring = 'k8s/components/monitoring';
const alerts = one(manifestsIn(monitoring), 'PrometheusRule').spec.groups[0].rules as { alert: string; expr: string }[];
const dashboard = JSON.parse(readFileSync(path.join(ROOT, monitoring, 'dashboard.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const queueAge = (kustomization('k8s/components/queue-age').patches as { patch: string }[]).map(({ patch }) => patch);

const QUERIES: [string, string][] = [
  ...alerts.map(({ alert, expr }): [string, string] => [`the alert ${alert}`, expr]),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }): [string, string] => [`the panel "${title}"`, expr]),
  ),
  ...queueAge.map((patch, index): [string, string] => [`trigger ${index} on the age of queues`, patch]),
];

describe('what /metrics exports', () => {
  let platform: Platform;
  const series = new Map<string, Set<string>>();

  beforeAll(async () => {
    platform = await sharedPlatform();
    await platform.succeededRun(await smallClip({ frames: 4 }));
    for (const { url } of platform.stack.services.processes) {
      const text = await (await fetch(`${url}/metrics`)).text();
      for (const [name, labels] of exported(text)) {
        series.set(name, new Set([...(series.get(name) ?? []), ...labels]));
      }
    }
  });
  afterAll(() => platform?.stop());

  it.each(QUERIES)('has the series and labels of %s', (_, query) => {
    const wanted = queried(query);
    expect(wanted.length + Number(/\bup\{/.test(query))).toBeGreaterThan(0);
    for (const { name, labels } of wanted) {
      expect([...series.keys()]).toContain(name);
      const known = series.get(name)!;
      // A counter has labels only once it has counted.
      if (known.size === 0) continue;
      expect([...known, ...OF_PROMETHEUS]).toEqual(expect.arrayContaining([...labels, ...groupings(query)]));
    }
  });
});
