import { columns } from './columns';
import type { ModelVersionResource } from './model-resource';
import { minute, percent, seconds } from './version-table';

type Section = [title: string, rows: string[][]];

/** Everything that is known of a version, in sections for a person. */
export function describeVersion(version: ModelVersionResource): string {
  const sections: Section[] = [
    [`${version.name}:${version.version}  ${version.state}`, headOf(version)],
    ['Why it was refused', version.reasons.map(({ code, detail }) => [code, detail])],
    ['Card', cardOf(version)],
    [`Gate${reusedOf(version)}`, gateOf(version)],
    ['Probe clips', clipsOf(version)],
    ['Provenance', Object.entries(version.provenance).map(([key, value]) => [key, plain(value)])],
  ];
  return sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) =>
      [
        title,
        ...columns(rows)
          .split('\n')
          .map((line) => `  ${line}`),
      ].join('\n'),
    )
    .join('\n\n');
}

function headOf({ aliases, phase, sha256, bytes, createdAt, createdBy }: ModelVersionResource): string[][] {
  return [
    ...(phase ? [['phase', phase]] : []),
    ...(aliases.length > 0 ? [['aliases', aliases.join(', ')]] : []),
    ['sha256', sha256],
    ['size', `${(bytes / 1e6).toFixed(2)} MB`],
    ['created', `${minute(createdAt)} by ${createdBy}`],
  ];
}

/** The card's fields; those that nobody stated are marked. */
export function cardOf({ card }: ModelVersionResource): string[][] {
  const { inferred = [], ...fields } = card ?? {};
  return Object.entries(fields)
    .filter(([key]) => key !== 'sha256')
    .map(([key, value]) => [key, plain(value), inferred.includes(key) ? 'found by running it, or assumed' : '']);
}

function gateOf({ report }: ModelVersionResource): string[][] {
  if (!report) return [];
  const { file, probe, quality, champion } = report;
  return [
    ...(quality ? [['J&F', percent(quality.quality), `J ${percent(quality.J)}, F ${percent(quality.F)}`]] : []),
    ...(probe
      ? [
          [
            's/frame',
            seconds(probe.secondsPerFrame),
            `${probe.frame.width}x${probe.frame.height}, ${probe.threads === 1 ? '1 thread' : `${probe.threads} threads`}`,
          ],
          ['memory', `${(probe.peakMemoryBytes / 1e6).toFixed(0)} MB`, ''],
        ]
      : []),
    ...(champion
      ? [
          [
            'champion',
            `version ${champion.version}`,
            `J&F ${percent(champion.quality)}, ${seconds(champion.secondsPerFrame)} s/frame beside it`,
          ],
        ]
      : []),
    ...(file
      ? [['file', `opset ${file.opset}`, `${file.nodes} nodes, by ${file.producer || 'an unnamed exporter'}`]]
      : []),
  ];
}

function reusedOf({ report }: ModelVersionResource): string {
  return report?.reused ? ` (measured for ${report.reused.name}:${report.reused.version}, the same file)` : '';
}

function clipsOf({ report }: ModelVersionResource): string[][] {
  return (report?.quality?.sequences ?? []).map(({ name, objects, J, F }) => [
    name,
    `J&F ${percent((J + F) / 2)}`,
    `${objects} ${objects === 1 ? 'object' : 'objects'}`,
  ]);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
