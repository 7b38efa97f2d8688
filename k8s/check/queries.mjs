// The PromQL of alerts, dashboard and autoscaling, as one file of rules that promtool can read.
import { stringify } from 'yaml';

const record = (expr, index) => ({ record: `check:query${index}`, expr });

/** @param objects those of an overlay with everything in it */
export function rulesFile(objects) {
  const groups = objects.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups);
  const panels = objects
    .filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.labels?.grafana_dashboard)
    .flatMap(({ data }) => Object.values(data).flatMap((text) => JSON.parse(text).panels));
  const triggers = objects
    .filter(({ kind }) => kind === 'ScaledObject')
    .flatMap(({ spec }) => spec.triggers)
    .filter(({ type }) => type === 'prometheus');
  const queries = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...triggers.map(({ metadata }) => metadata.query),
  ];
  return stringify({ groups: [...groups, { name: 'queries', rules: queries.map(record) }] });
}
