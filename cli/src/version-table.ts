import { columns } from './columns';
import type { ModelVersionResource } from './model-resource';

const HEAD = ['version', 'state', 'aliases', 'J&F', 's/frame', 'MB', 'created', 'note'];
const LONGEST_NOTE = 40;

/**
 * Versions as a table, one a line; J&F and seconds per frame are those of the gate. Scores on older probe clips than the
 * newest ones cannot be compared with these, and stand in brackets.
 */
export function versionTable(versions: readonly ModelVersionResource[]): string {
  const clips = Math.max(...versions.map(clipsOf));
  const isOld = (version: ModelVersionResource) => version.report?.quality !== undefined && clipsOf(version) < clips;
  const table = columns([HEAD, ...versions.map((version) => rowOf(version, isOld(version)))]);
  return versions.some(isOld)
    ? `${table}\nJ&F in brackets: on older probe clips, not to be compared with the others`
    : table;
}

/** Which probe clips a version was scored on; the first ones were not numbered. */
function clipsOf({ report }: ModelVersionResource): number {
  return report?.quality?.clips ?? 1;
}

function rowOf(version: ModelVersionResource, isOld: boolean): string[] {
  const { name, state, aliases, bytes, createdAt, report } = version;
  return [
    `${name}:${version.version}`,
    state,
    aliases.join(','),
    isOld ? `(${percent(report?.quality?.quality)})` : percent(report?.quality?.quality),
    seconds(report?.probe?.secondsPerFrame),
    (bytes / 1e6).toFixed(1),
    minute(createdAt),
    noteOf(version),
  ];
}

/** Why a version was refused, or the note of who registered it. */
function noteOf({ reasons, provenance }: ModelVersionResource): string {
  if (reasons.length > 0) return reasons.map(({ code }) => code).join(',');
  const note = typeof provenance.note === 'string' ? provenance.note.replace(/\s+/g, ' ') : '';
  return note.length > LONGEST_NOTE ? `${note.slice(0, LONGEST_NOTE - 1)}…` : note;
}

/** A share as a percentage with one digit; `-` for what was not measured. */
export function percent(share: number | null | undefined): string {
  return share == null ? '-' : (share * 100).toFixed(1);
}

/** Seconds with three digits; `-` for what was not measured. */
export function seconds(value: number | null | undefined): string {
  return value == null ? '-' : value.toPrecision(3);
}

/** `2026-11-26 23:54`, in UTC. */
export function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
