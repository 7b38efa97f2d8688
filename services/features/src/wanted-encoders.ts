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

/** Of two models' champions the one that runs of the last day used more often is the more important one. */
const TRAFFIC_MS = 24 * 3600 * 1000;

/** What the aliases of all models name, and named before. */
export async function wantedEncoders(database: Database): Promise<WantedEncoders> {
  const since = new Date(Date.now() - TRAFFIC_MS);
  const [aliases, runs, used] = await Promise.all([
    database.modelAlias.findMany(),
    database.run.findMany({ where: activeRun, distinct: ['encoderSha256'], select: { encoderSha256: true } }),
    database.run.groupBy({ by: ['encoderSha256'], where: { createdAt: { gte: since } }, _count: true }),
  ]);
  const traffic = new Map(used.map(({ encoderSha256, _count }) => [encoderSha256, _count]));
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
    .flatMap(({ name, version, role }) => {
      const sha256 = digests.get(`${name}:${version}`);
      return sha256 ? [{ name, role, sha256, runs: traffic.get(sha256) ?? 0 }] : [];
    })
    .map((one, _, all) => ({
      ...one,
      rank: rank(
        one.role,
        all.some(({ name, runs }) => name === one.name && runs > 0),
      ),
    }))
    .sort((a, b) => a.rank - b.rank || b.runs - a.runs || compare(a.name, b.name))
    .map(({ sha256 }) => sha256);
  return { wanted: [...new Set(wanted)], needed: runs.map(({ encoderSha256 }) => encoderSha256) };
}

/** The lower the more important; a champion that nobody asks for comes after what a model in use may return to. */
function rank(role: string, isUsed: boolean): number {
  const place = IMPORTANCE.indexOf(role);
  const among = place < 0 ? IMPORTANCE.length : place;
  return isUsed ? among : among + IMPORTANCE.indexOf(`previous ${CHAMPION}`) + 0.5;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
