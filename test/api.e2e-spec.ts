import { buildInfo } from '@propago/build-info';
import { readEvents, type ServerSentEvent } from '../cli/src/sse';
import { NATIVE_SIZE, Platform, type RunResource } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { TrainingRuns } from './support/training';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(120_000);

const STAGES = ['ingest', 'features', 'propagation', 'results'] as const;
type Answer = [string, { content?: object; headers?: Record<string, object> }];
type Responses = Record<string, Answer[1]>;
const ROUTES = {
  '/v1/runs': ['get', 'post'],
  '/v1/runs/{id}': ['delete', 'get', 'patch'],
  '/v1/runs/{id}/cancel': ['post'],
  '/v1/runs/{id}/events': ['get'],
  '/v1/runs/{id}/exports': ['get', 'post'],
  '/v1/runs/{id}/exports/{exportId}': ['delete', 'get'],
  '/v1/runs/{id}/exports/{exportId}/file': ['get'],
  '/v1/runs/{id}/frames': ['get'],
  '/v1/runs/{id}/frames/{frame}/mask.png': ['get'],
  '/v1/runs/{id}/keypoints.csv': ['get'],
  '/v1/runs/{id}/masks.zip': ['get'],
  '/v1/runs/{id}/timeline': ['get'],
  '/v1/session': ['delete', 'get', 'post'],
  '/v1/runs/{id}/objects': ['get', 'post'],
  '/v1/runs/{id}/objects/{object}': ['delete', 'patch'],
  '/v1/runs/{id}/overlay.mp4': ['get'],
  '/v1/runs/{id}/prompts': ['get', 'post'],
  '/v1/runs/{id}/prompts/{frame}': ['delete', 'put'],
  '/v1/runs/{id}/prompts/{frame}/mask.png': ['get'],
  '/v1/uploads': ['options', 'post'],
  '/v1/uploads/{id}': ['delete', 'head', 'patch'],
  '/v1/videos': ['get', 'post'],
  '/v1/videos/{id}': ['delete', 'get'],
  '/v1/videos/{id}/frames': ['get'],
  '/v1/videos/{id}/frames/{frame}/image.jpg': ['get'],
  '/v1/runs/{id}/suggestions': ['get'],
  '/v1/webhooks': ['get', 'post'],
  '/v1/webhooks/{id}': ['delete', 'get', 'patch'],
  '/v1/webhooks/{id}/deliveries': ['get'],
  '/v1/webhooks/{id}/deliveries/{event}': ['get'],
  '/v1/webhooks/{id}/deliveries/{event}/redeliver': ['post'],
  '/v1/webhooks/{id}/rotate': ['post'],
  '/v1/webhooks/{id}/test': ['post'],
  '/v2/models/{name}': ['get'],
  '/v2/models/{name}/ready': ['get'],
  '/v2/models/{name}/versions/{version}': ['get'],
  '/v2/models/{name}/versions/{version}/ready': ['get'],
  '/v2/health/live': ['get'],
  '/v2/health/ready': ['get'],
  '/metrics': ['get'],
};

describe('the API', () => {
  let platform: Platform;
  let clip: SmallClip;

  beforeAll(async () => {
    clip = await smallClip();
    platform = await sharedPlatform();
  });
  afterAll(() => platform?.stop());

  const eventsOf = async (id: string, headers = {}): Promise<ServerSentEvent[]> => {
    const answer = await platform.get(`/v1/runs/${id}/events`, headers);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const events: ServerSentEvent[] = [];
    for await (const event of readEvents(answer.body!)) events.push(event);
    return events;
  };

  it('answers a run with 202, its address and its body, after it is committed', async () => {
    const answer = await platform.postRun(clip);
    expect(answer.status).toBe(202);
    const run = (await answer.json()) as RunResource;
    expect(answer.headers.get('location')).toBe(`/v1/runs/${run.id}`);
    expect(['queued', 'running']).toContain(run.state);
    expect(await platform.query('select 1 from "Run" where id = $1', [run.id])).toHaveLength(1);
    expect((await platform.waitForEnd(run.id)).state).toBe('succeeded');
  });

  it('shows parameters, encoder, video, progress and timings of a run', async () => {
    const options = { preset: 'dino', parameters: { ...NATIVE_SIZE, topK: 3, neighbourhood: { radius: 6 } } };
    const run = await platform.succeededRun({ ...clip, options });
    const frames = clip.frames.length;
    const done = { done: frames, total: frames };
    expect(run).toMatchObject({
      state: 'succeeded',
      error: null,
      preset: 'dino',
      parameters: {
        ...NATIVE_SIZE,
        topK: 3,
        neighbourhood: { shape: 'square', radius: 6, radiusInclusive: true },
        contextLength: 7,
      },
      classIds: [1, 2],
      encoder: { name: 'conv-descriptor', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      video: { width: 192, height: 128, frames, codec: 'h264', frameRate: 24, bytes: clip.video.length },
      inputSize: { width: 192, height: 128 },
      progress: { frames, ingest: done, features: done, propagation: done, results: done },
    });
    const { acceptedAt, firstMaskAt, finishedAt, seconds, stages } = run.timings as Record<string, string> & {
      stages: Record<string, number>;
    };
    expect(Date.parse(firstMaskAt!)).toBeGreaterThan(Date.parse(acceptedAt!));
    expect(Date.parse(finishedAt!)).toBeGreaterThanOrEqual(Date.parse(firstMaskAt!));
    expect(Number(seconds) * 1000).toBeCloseTo(Date.parse(finishedAt!) - Date.parse(acceptedAt!), 3);
    for (const stage of STAGES) expect(stages[stage]).toBeGreaterThan(0);
  });

  it('lists runs page by page, newest first, also when the last run of a page is deleted meanwhile', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.unshift(await platform.acceptedRun(clip));
    type Page = { items: RunResource[]; next: string | null };
    const first = await platform.json<Page>('/v1/runs?limit=2');
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    await platform.removeRun(ids[1]!);
    const second = await platform.json<Page>(`/v1/runs?limit=2&cursor=${first.next}`);
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2));
    const all = await platform.json<Page>('/v1/runs?limit=200');
    expect(all.next).toBeNull();
    expect(new Set(all.items.map(({ id }) => id)).size).toBe(all.items.length);
    for (const id of [ids[0]!, ids[2]!, ids[3]!]) await platform.waitForEnd(id);
  });

  describe('events of a run', () => {
    it('have ids, never go back, and end with the terminal state', async () => {
      const events = await eventsOf(await platform.acceptedRun(clip));
      expect(events.every(({ id }) => Boolean(id))).toBe(true);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      const results = events.map(({ data }) => (JSON.parse(data) as RunResource).progress.results!.done);
      expect(results).toEqual([...results].sort((a, b) => a - b));
      expect(events.slice(0, -1).every(({ event }) => event === 'progress')).toBe(true);
      expect(events.at(-1)!.event).toBe('state');
      expect(JSON.parse(events.at(-1)!.data)).toMatchObject({ state: 'succeeded', progress: { frames: 20 } });
    });

    it('resume after Last-Event-ID with the present state, and with nothing when it is known', async () => {
      const id = await platform.acceptedRun(clip);
      const events = await eventsOf(id);
      const resumed = await eventsOf(id, { 'last-event-id': events[0]!.id! });
      expect(resumed.map((event) => event.id)).toEqual([events.at(-1)!.id]);
      const known = await platform.get(`/v1/runs/${id}/events`, { 'last-event-id': events.at(-1)!.id! });
      expect(known.status).toBe(204);
    });
  });

  it('documents every route', async () => {
    const { paths, components } = await platform.json<{ paths: Record<string, object>; components: object }>(
      '/docs/json',
    );
    // Those of admins are documented where they are: test/access.e2e-spec.ts.
    const documented = Object.entries(paths)
      .filter(([path]) => !path.startsWith('/v1/admin/'))
      .map(([path, methods]) => [path, Object.keys(methods).sort()]);
    expect(Object.fromEntries(documented)).toEqual(ROUTES);
    const { post } = paths['/v1/runs'] as Record<string, { parameters: { name: string; required: boolean }[] }>;
    expect(post!.parameters).toMatchObject([{ name: 'Idempotency-Key', required: false }]);
    expect(post).toMatchObject({
      requestBody: {
        content: {
          'multipart/form-data': {
            schema: { $ref: '#/components/schemas/CreateRunBody' },
            encoding: { options: { contentType: 'application/json' }, prompts: { contentType: 'application/json' } },
          },
          'application/json': { schema: { $ref: '#/components/schemas/RunRequest' } },
        },
      },
      'x-error-codes': expect.arrayContaining(['VIDEO_NOT_RECOGNISED', 'MASK_EMPTY', 'QUOTA_RUNS', 'INTERNAL']),
      responses: {
        '4XX': {
          description: expect.stringContaining('`MASK_EMPTY` (422): The mask has no foreground.'),
          content: { 'application/problem+json': expect.anything() },
        },
        '5XX': { content: { 'application/problem+json': expect.anything() } },
      },
    });
    const topK = {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      description: expect.stringContaining('siammae 7, dino 5'),
    };
    expect(components).toMatchObject({
      schemas: {
        CreateRunBody: {
          properties: { options: { $ref: '#/components/schemas/RunOptions' }, prompts: { type: 'array' } },
        },
        RunOptions: {
          description: expect.stringContaining('| topK | 7 | 5 |'),
          properties: {
            preset: { enum: expect.arrayContaining(['dino']) },
            parameters: { properties: { topK } },
          },
        },
      },
    });
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(methods as Record<string, { responses: Responses }>)) {
        const [[status, good]] = Object.entries(responses).filter(([status]) => status.startsWith('2')) as [Answer];
        // Of what is sent in pieces, headers say where it is and how much has come.
        const isEmpty = status === '204' || method === 'head' || good.headers?.Location !== undefined;
        expect([method, path, isEmpty || Object.keys(good.content ?? {}).length > 0]).toEqual([method, path, true]);
      }
    }
    const page = await platform.get('/docs');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('swagger-ui');
  });

  it('counts jobs, frames and seconds of every stage in its metrics', async () => {
    await platform.succeededRun(clip);
    for (const { name, url } of platform.stack.services.processes) {
      const answer = await fetch(`${url}/metrics`);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      const text = await answer.text();
      expect(text).toMatch(/^propago_queue_jobs\{stage="ingest",state="waiting"\} 0$/m);
      expect(text).toMatch(/^propago_build_info\{version="\d[^"]*",revision="[^"]+",node="\d[^"]*"\} 1$/m);
      if (!STAGES.some((stage) => stage === name)) continue;
      const metric = (start: string): number => Number(new RegExp(`^${start} (\\S+)$`, 'm').exec(text)?.[1]);
      expect(metric(`propago_jobs_total\\{stage="${name}",outcome="done"\\}`)).toBeGreaterThan(0);
      expect(metric(`propago_frames_total\\{stage="${name}"\\}`)).toBeGreaterThanOrEqual(20);
      expect(metric(`propago_work_seconds_total\\{stage="${name}"\\}`)).toBeGreaterThan(0);
      expect(metric(`propago_job_seconds_count\\{stage="${name}"\\}`)).toBeGreaterThan(0);
    }
  });

  it('trains nothing where no trainer runs', async () => {
    const answer = await new TrainingRuns(platform).post({});
    expect(await answer.json()).toMatchObject({
      status: 503,
      code: 'TRAINER_UNAVAILABLE',
      detail: 'No trainer is running; start one with `propago up --trainer`.',
    });
  });

  it('is live and ready, and says what it depends on', async () => {
    expect(await platform.json('/v2/health/live')).toEqual({ live: true });
    const { version, revision } = buildInfo();
    expect(await platform.json('/v2/health/ready')).toEqual({
      ready: true,
      version,
      revision,
      dependencies: { postgres: 'ok', redis: 'ok', nats: 'ok', storage: 'ok' },
    });
  });
});
