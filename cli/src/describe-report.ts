import type { AnswerOf } from '@propago/contracts';
import { columns } from './columns';
import { minute, percent, seconds } from './version-table';

type Report = AnswerOf<'ModelReport'>;

/** How the versions of a model do, for a person: the runs of its traffic, then its shadows. */
export function describeReport({ name, traffic, shadows }: Report): string {
  return [
    `Traffic of ${name}${traffic.since ? ` since ${minute(traffic.since)}` : ''}`,
    describeTraffic(traffic),
    '',
    'Shadows',
    ...describeShadows(shadows),
  ].join('\n');
}

function describeTraffic({ parts }: Report['traffic']): string {
  if (parts.length === 0) return '  no run yet';
  const head = ['alias', 'version', 'runs', 'failed', 'confidence', 's/frame', ''];
  const rows = parts.map((part) => [
    part.alias,
    String(part.version),
    String(part.runs),
    String(part.failed),
    percent(part.confidence),
    seconds(part.secondsPerFrame),
    codesOf(part.failures),
  ]);
  return indented(columns([head, ...rows]));
}

function describeShadows(shadows: Report['shadows']): string[] {
  if (shadows.length === 0) return ['  no run was repeated'];
  const head = [
    'version',
    'beside',
    'runs',
    'failed',
    'agreement',
    'confidence',
    'beside',
    's/frame',
    'beside',
    'since',
    '',
  ];
  const rows = shadows.map((pair) => [
    String(pair.version),
    String(pair.baseVersion),
    String(pair.runs),
    String(pair.failed),
    percent(pair.meanAgreement),
    percent(pair.confidence),
    percent(pair.baseConfidence),
    seconds(pair.secondsPerFrame),
    seconds(pair.baseSecondsPerFrame),
    minute(pair.since),
    codesOf(pair.failures),
  ]);
  const worst = shadows.flatMap(({ version, worst: runs }) =>
    runs.map(({ runId, agreement }) => `  run ${runId}: ${percent(agreement)} with version ${version}`),
  );
  return [indented(columns([head, ...rows])), ...(worst.length > 0 ? ['Least agreement', ...worst] : [])];
}

function codesOf(failures: Report['shadows'][number]['failures']): string {
  return failures.map(({ code, runs }) => `${code ?? 'INTERNAL'} ${runs}`).join(', ');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
