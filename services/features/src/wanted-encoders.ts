import { CANARY, CHAMPION, SHADOW } from '@propago/contracts';
import { activeRun, type Database } from '@propago/database';

/** Which versions a worker should have loaded, and which it should not let go of. */
export interface WantedEncoders {
  /** Digests, the most important first. */
  wanted: string[];
  /** Digests of unfinished runs. */
  needed: string[];
}

/** The champion takes most of the traffic; what it replaced is what a rollback returns to. */
const IMPORTANCE = [CHAMPION, CANARY, `previous ${CHAMPION}`, SHADOW];

/** What the aliases of all models name, and named before. */
export async function wantedEncoders(database: Database): Promise<WantedEncoders> {
  const [aliases, runs] = await Promise.all([
    database.modelAlias.findMany(),
    database.run.findMany({ where: activeRun, distinct: ['encoderSha256'], select: { encoderSha256: true } }),
  ]);
  const named = aliases.flatMap(({ name, alias, version, previousVersion }) => [
    { name, version, role: alias },
    ...(previousVersion === null ? [] : [{ name, version: previousVersion, role: `previous ${alias}` }]),
  ]);
  const versions = await database.modelVersion.findMany({
    where: { state: 'READY', deletedAt: null, OR: named.map(({ name, version }) => ({ name, version })) },
    select: { name: true, version: true, sha256: true },
  });
  const digests = new Map(versions.map(({ name, version, sha256 }) => [`${name}:${version}`, sha256]));
  const wanted = named
    .sort((a, b) => importance(a.role) - importance(b.role) || compare(a.name, b.name))
    .flatMap(({ name, version }) => digests.get(`${name}:${version}`) ?? []);
  return { wanted: [...new Set(wanted)], needed: runs.map(({ encoderSha256 }) => encoderSha256) };
}

function importance(role: string): number {
  const place = IMPORTANCE.indexOf(role);
  return place < 0 ? IMPORTANCE.length : place;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
