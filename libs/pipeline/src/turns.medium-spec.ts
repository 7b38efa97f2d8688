import { randomUUID } from 'node:crypto';
import { PipelineFixture } from './pipeline.fixture';
import type { Line } from './turns';

let fixture: PipelineFixture;

beforeAll(async () => {
  fixture = await PipelineFixture.start();
}, 60_000);
beforeEach(() => fixture.openQueues());
afterEach(() => fixture.clear());
afterAll(() => fixture?.stop());

const runs = new Map<string, string>();

/** Adds one job for a run of its own. */
async function add(name: string, line: Partial<Line> = {}): Promise<void> {
  const runId = randomUUID();
  runs.set(runId, name);
  await fixture.queues.add('results', { kind: 'end', runId }, { tenant: name, urgency: 'user', ...line });
}

/** Names of the next jobs in the order in which they are begun, one at a time. */
async function begin(count: number): Promise<string[]> {
  const names: string[] = [];
  for (let n = 0; n < count; n++) {
    const job = await fixture.queues.of('results').getNextJob();
    await fixture.queues.begun('results', job!);
    names.push(runs.get((job!.data as { runId: string }).runId)!);
    await job!.moveToCompleted('', true, true);
  }
  return names;
}

async function addMany(name: string, count: number, line: Partial<Line> = {}): Promise<void> {
  for (let n = 0; n < count; n++) await add(name, line);
}

describe('the order of a queue', () => {
  it('has somebody with one job wait for one job of somebody with fifty', async () => {
    await addMany('many', 50);
    await begin(3);
    await add('one');
    expect((await begin(2)).filter((name) => name === 'one')).toHaveLength(1);
  });

  it('takes turns between tenants that all have many jobs, whoever came first', async () => {
    await addMany('a', 20);
    await addMany('b', 20);
    await addMany('c', 20);
    const order = await begin(30);
    for (const name of ['a', 'b', 'c']) expect(order.filter((other) => other === name)).toHaveLength(10);
  });

  it('lets nobody be overtaken for ever by somebody who always has one new job', async () => {
    await addMany('many', 10);
    const order: string[] = [];
    for (let n = 0; n < 20; n++) {
      await add('steady');
      order.push(...(await begin(1)));
    }
    expect(order.filter((name) => name === 'many').length).toBeGreaterThanOrEqual(9);
  });

  it('gives no credit for time in which a tenant had no jobs', async () => {
    await addMany('a', 30);
    await begin(30);
    await addMany('b', 10);
    await addMany('a', 10);
    const order = await begin(10);
    expect(order.filter((name) => name === 'a').length).toBeGreaterThanOrEqual(4);
  });

  it('is first come, first served within a tenant', async () => {
    for (let n = 0; n < 10; n++) await add(String(n), { tenant: 'same' });
    expect(await begin(10)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it('has what nobody waits for after all that somebody waits for', async () => {
    await addMany('shadow', 3, { urgency: 'background' });
    await addMany('user', 3);
    expect(await begin(6)).toEqual(['user', 'user', 'user', 'shadow', 'shadow', 'shadow']);
  });

  it('takes no turn away from a tenant whose job is added again', async () => {
    const runId = randomUUID();
    runs.set(runId, 'doubles');
    const line: Line = { tenant: 'doubles', urgency: 'user' };
    for (let n = 0; n < 20; n++) await fixture.queues.add('results', { kind: 'end', runId }, line);
    await addMany('doubles', 1);
    await addMany('other', 3);
    expect((await begin(3)).filter((name) => name === 'doubles')).toHaveLength(2);
  });

  it('begins anew where Redis has lost it', async () => {
    await addMany('a', 5);
    await begin(5);
    await fixture.queues.of('results').client.flushdb();
    await addMany('a', 2);
    await addMany('b', 2);
    expect((await begin(4)).sort()).toEqual(['a', 'a', 'b', 'b']);
  });
});
