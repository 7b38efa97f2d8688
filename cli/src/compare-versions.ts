import type { AnswerOf } from '@propago/contracts';
import { columns } from './columns';
import type { ModelVersionResource } from './model-resource';
import { minute, percent, seconds } from './version-table';

type ShadowPair = AnswerOf<'ModelReport'>['shadows'][number];

/**
 * Two versions side by side: what was measured, then the facts in which they differ.
 * @param shadows comparisons of runs in which one repeated the other
 */
export function compareVersions(
  versions: readonly [ModelVersionResource, ModelVersionResource],
  shadows: readonly ShadowPair[],
): string {
  const row = (title: string, text: (version: ModelVersionResource) => string) => [title, ...versions.map(text)];
  const measured = [
    row('', ({ name, version }) => `${name}:${version}`),
    row('state', ({ state }) => state),
    row('J&F', ({ report }) => percent(report?.quality?.quality)),
    ...clipNames(versions).map((clip) => row(`  ${clip}`, (version) => percent(clipScore(version, clip)))),
    row('s/frame', ({ report }) => seconds(report?.probe?.secondsPerFrame)),
    row('MB', ({ bytes }) => (bytes / 1e6).toFixed(1)),
    row('created', ({ createdAt }) => minute(createdAt)),
    ...differingFacts(versions).map((fact) => row(fact, ({ card }) => JSON.stringify(card?.[fact]) ?? '-')),
  ];
  return [columns(measured), ...notes(versions), ...shadows.map(describeShadow)].join('\n');
}

function clipNames(versions: readonly ModelVersionResource[]): string[] {
  return [...new Set(versions.flatMap(({ report }) => report?.quality?.sequences.map(({ name }) => name) ?? []))];
}

function clipScore({ report }: ModelVersionResource, clip: string): number | undefined {
  const found = report?.quality?.sequences.find(({ name }) => name === clip);
  return found && (found.J + found.F) / 2;
}

function differingFacts([one, other]: readonly [ModelVersionResource, ModelVersionResource]): string[] {
  const fields = new Set([...Object.keys(one.card ?? {}), ...Object.keys(other.card ?? {})]);
  for (const field of ['name', 'sha256', 'inferred']) fields.delete(field);
  return [...fields].filter((field) => JSON.stringify(one.card?.[field]) !== JSON.stringify(other.card?.[field]));
}

function notes([one, other]: readonly [ModelVersionResource, ModelVersionResource]): string[] {
  const scores = [one.report?.quality, other.report?.quality];
  if (one.sha256 === other.sha256) return ['They are the same file.'];
  if (scores.some((score) => !score)) return ['Without the gate, as configured encoders are, there is no score.'];
  if (scores[0]!.clips !== scores[1]!.clips) return ['The scores are of different probe clips and cannot be compared.'];
  return [];
}

function describeShadow({ version, baseVersion, compared, meanAgreement }: ShadowPair): string {
  return `${compared} runs of version ${baseVersion} were repeated with ${version}: mean agreement of masks ${percent(meanAgreement)}`;
}
