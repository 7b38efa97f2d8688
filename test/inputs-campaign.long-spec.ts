import { existsSync, readdirSync } from 'node:fs';
import { ERRORS } from '@propago/contracts';
import { campaignNumber, History } from './support/campaign';
import { documentedFetch } from './support/documented-fetch';
import { emptyQueues } from './support/leftovers';
import { damagedFiles, tinyClip } from './support/damaged-files';
import { type Platform, startPlatform, until } from './support/platform';
import { oneOf, randomFrom } from './support/random-corrections';
import { type OpenApiDocument, operationsOf, RandomRequests } from './support/random-requests';
import { nothingIsLeft, removeEverything } from './support/shared-platform';
import type { SmallClip } from './support/small-clip';

/** `npm run campaign:inputs -- --count 10000 --seed 7` sets these. */
const COUNT = campaignNumber('COUNT', 100);
const SEED = campaignNumber('SEED', 1);

/** Runs that wait are ended now and then, so that they do not pile up. */
const ROUND = 50;
/** What a request may ask for that the platform cannot give now. */
const UNAVAILABLE = [503, 507];
/** Longer than any limit of the server: what takes longer hangs. */
const HANGS_MS = 120_000;
/** Values of path parameters that exist. */
const KNOWN = {
  name: ['conv-descriptor', 'new'],
  ...{ frame: ['0', '3'], object: ['1', '2'], version: ['1'], alias: ['champion', 'mine'] },
};

let sut: Platform;
const history = new History();

beforeAll(async () => {
  sut = await startPlatform({ MAX_FRAMES: '100', DECODE_TIMEOUT_SECONDS: '20' });
}, 120_000);
afterAll(() => sut?.stop());

/** Open handles of each process of the platform. */
const handles = (): Map<string, number> =>
  new Map(
    sut.stack.services.processes.map(({ name, pid }) => [
      name,
      existsSync(`/proc/${pid}`) ? readdirSync(`/proc/${pid}/fd`).length : -1,
    ]),
  );

/** Sends the requests of a campaign, and counts their answers by status. @returns what is wrong */
async function campaign(statuses: Map<number, number>): Promise<string[]> {
  const clip = await tinyClip();
  const document = await sut.json<OpenApiDocument>('/docs/json');
  const known: Record<string, string[]> = { ...KNOWN };
  const requests = new RandomRequests(document, known, await damagedFiles(clip));
  // Garbage is collected by the end of each round.
  const operations = operationsOf(document).filter(({ path }) => path !== '/v1/admin/gc');
  const problems: string[] = [];
  const pids = sut.stack.services.processes.map(({ pid }) => pid);
  const before = handles();
  for (let i = 0; i < COUNT; i++) {
    // Requests remove it, too.
    if (i % ROUND === 0) Object.assign(known, await knownIds(clip));
    const next = randomFrom(SEED * 1_000_003 + i);
    const request = requests.of(oneOf(next, operations), next);
    history.note(`${i}: ${request.what}`);
    const outcome = await send(request.path, request.init);
    history.note(`${i}: ${outcome.status} ${outcome.wrong ?? ''}`);
    statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
    if (outcome.wrong) problems.push(`${i}: ${request.what.slice(0, 400)}: ${outcome.wrong}`);
    if (i % ROUND === ROUND - 1) problems.push(...(await settle()));
  }
  problems.push(...(await settle()));
  for (const pid of pids) if (!existsSync(`/proc/${pid}`)) problems.push(`process ${pid} has ended`);
  await removeEverything(sut);
  await nothingIsLeft(sut).catch((error: Error) => problems.push(error.message));
  for (const [name, count] of handles()) {
    if (count > before.get(name)! + 20) problems.push(`${name} has ${count} open handles, ${before.get(name)} before`);
  }
  return problems;
}

/** Ids of a run with an export, and of its video. */
async function knownIds(clip: SmallClip): Promise<Record<string, string[]>> {
  const run = await sut.succeededRun(clip);
  const exported = await fetch(`${sut.url}/v1/runs/${run.id}/exports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 'davis' }),
  });
  const { id } = (await exported.json()) as { id: string };
  return { id: [run.id, run.videoId as string], exportId: [id] };
}

async function send(path: string, init: RequestInit): Promise<{ status: number; wrong?: string }> {
  try {
    const answer = await documentedFetch(`${sut.url}${path}`, { ...init, signal: AbortSignal.timeout(HANGS_MS) });
    const { status } = answer;
    // A stream of events goes on as long as its run.
    if (answer.headers.get('content-type')?.startsWith('text/event-stream')) await answer.body?.cancel();
    const text = answer.bodyUsed ? '' : await answer.text();
    if (status >= 500 && !UNAVAILABLE.includes(status)) return { status, wrong: text };
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
    if (status >= 400 && !isProblem) return { status, wrong: `no problem: ${text.slice(0, 200)}` };
    return { status };
  } catch (error) {
    return { status: 0, wrong: `${(error as Error).message} ${String((error as Error).cause ?? '')}` };
  }
}

/** Waits until all that was accepted is done. @returns runs that failed for no reason that they give */
async function settle(): Promise<string[]> {
  const unfinished = 'select 1 from "Run" left join "RunOutcome" on "runId" = id where "runId" is null';
  await until('all runs have ended', async () => (await sut.query(unfinished)).length === 0, 300_000);
  const failed = await sut.query<{ runId: string; errorCode: string; errorDetail: string }>(
    `select "runId", "errorCode", "errorDetail" from "RunOutcome" where state = 'failed'`,
  );
  const unexplained = failed.filter(({ errorCode }) => !(errorCode in ERRORS) || errorCode === 'INTERNAL');
  await emptyQueues(sut);
  return unexplained.map(({ runId, errorCode, errorDetail }) => `run ${runId} ${errorCode}: ${errorDetail}`);
}

describe('requests that are nearly right', () => {
  it(
    'are answered as the document says, end no process, and leave nothing behind',
    async () => {
      const statuses = new Map<number, number>();
      const problems = await campaign(statuses).catch((error: Error) => [error.stack ?? error.message]);
      const file = history.save(`inputs-${SEED}`);
      const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} x ${status}`);
      process.stderr.write(`inputs, seed ${SEED}: ${COUNT} requests, ${counts.join(', ')}\n`);
      if (problems.length > 0) {
        throw new Error(`seed ${SEED}, history in ${file}:\n${problems.slice(0, 30).join('\n')}`);
      }
    },
    180_000 + COUNT * 3_000,
  );
});
