import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { campaignNumber } from './support/campaign';
import { bearer, ClosedPlatform } from './support/closed-platform';
import { tinyClip } from './support/damaged-files';
import { type RunResource, until } from './support/platform';
import { begin, idOf } from './support/tus-upload';

/** `npm run campaign:schemathesis -- --examples 100 --seed 7` sets these. */
const EXAMPLES = campaignNumber('EXAMPLES', 3);
const SEED = campaignNumber('SEED', 1);
const ROOT = path.resolve(__dirname, '..');
const REPORT = path.join(ROOT, `.propago/campaigns/schemathesis-${SEED}.log`);

/** What an answer is held against: the document, and what the document says of requests. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
  'negative_data_rejection',
  'ignored_auth',
];

/** A line of the gateway's metrics on answers that are no refusal. */
const SUCCEEDED = /^propago_http_request_seconds_count\{[^}]*?method="(\w+)",route="([^"]+)",status="2\d\d"/gm;

const run = promisify(execFile);

interface Given {
  /** Regular expression of the addresses. */
  paths: string;
  methods?: string[];
  /** Values of path parameters, by name. */
  values: Record<string, (string | number)[]>;
}

/** What exists, by the addresses that it is under; those that come first count. */
async function given(sut: ClosedPlatform): Promise<Given[]> {
  const headers = bearer(sut.adminKey);
  const clip = await tinyClip();
  const newRun = async (): Promise<RunResource> =>
    (await (await sut.platform.postRun({ ...clip, headers })).json()) as RunResource;
  const post = async (at: string, body: object = {}): Promise<{ id: string }> => {
    const json = { ...headers, 'content-type': 'application/json' };
    const answer = await fetch(`${sut.url}${at}`, { method: 'POST', headers: json, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${at}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  const [kept, removed] = [await newRun(), await newRun()];
  await until('the run has ended', async () => {
    const { state } = (await (await sut.get(`/v1/runs/${kept.id}`, sut.adminKey)).json()) as RunResource;
    return state === 'succeeded';
  });
  const exported = await post(`/v1/runs/${kept.id}/exports`, { format: 'davis' });
  const webhook = await post('/v1/webhooks', { url: 'https://127.0.0.1/hook' });
  const event = await post(`/v1/webhooks/${webhook.id}/test`);
  const upload = idOf(await begin(sut.url, 1000, headers));
  const key = await sut.createKey();
  const unknown = randomUUID();
  return [
    { paths: '^/v1/(runs|videos|webhooks)/\\{id\\}$', methods: ['DELETE'], values: { id: [removed.id, unknown] } },
    {
      paths: '^/v1/runs/',
      values: { id: [kept.id, unknown], exportId: [exported.id, unknown], frame: [0, 3, 7], object: [1, 2, 3] },
    },
    { paths: '^/v1/videos/', values: { id: [kept.videoId as string, unknown], frame: [0, 3, 7] } },
    { paths: '^/v1/webhooks/', values: { id: [webhook.id, unknown], event: [event.id, unknown] } },
    { paths: '^/v1/uploads/', values: { id: [upload, unknown] } },
    { paths: '^/v1/admin/keys/', values: { id: [key.id, unknown] } },
    {
      paths: '^/v./(admin/)?models/',
      values: { name: ['conv-descriptor', 'colour-descriptor', 'new'], version: [1, 2], alias: ['champion', 'mine'] },
    },
  ];
}

/** Its configuration file, as far as the command line has no option for it. */
function configuration(all: Given[]): string {
  const list = (values: (string | number)[]) => JSON.stringify(values);
  const blocks = all.map(({ values }, i) =>
    Object.entries(values).map(([name, those]) => `[dictionaries.${name}-${i}]\nvalues = ${list(those)}\n`),
  );
  const operations = all.map(({ paths, methods, values }, i) => {
    const parameters = Object.keys(values).map((name) => `"path.${name}" = { dictionary = "${name}-${i}" }`);
    const which = methods ? `include-method = ${list(methods)}\n` : '';
    return `[[operations]]\ninclude-path-regex = '${paths}'\n${which}[operations.parameters]\n${parameters.join('\n')}\n`;
  });
  return [
    // What the platform cannot give now: a mask that is not made yet, a trainer that does not run.
    '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 503, 507]\n',
    // Refused means any of these; what is missing of tus is 412, what is too long 413, a range 416.
    '[checks.negative_data_rejection]\nexpected-statuses = ["4xx", 503, 507]\n',
    // It takes further headers for an error, which every server ignores.
    "[[operations]]\ninclude-path-regex = '^/v1/uploads'\n[operations.generation]\nallow-extra-parameters = false\n",
    // Ids of earlier answers would have it take its own key away.
    ...['examples', 'fuzzing'].map((phase) => `[phases.${phase}.extra-data-sources]\nresponses = false\n`),
    ...blocks.flat(),
    ...operations,
  ].join('\n');
}

describe('Schemathesis', () => {
  let sut: ClosedPlatform | undefined;
  let folder: string;
  let program: string | null;

  beforeAll(async () => {
    const environment = path.join(ROOT, 'scripts/python-env.mjs');
    const { stdout, stderr } = await run(process.execPath, [environment, 'schemathesis']);
    program = stdout.trim() ? path.join(path.dirname(stdout.trim()), 'schemathesis') : null;
    if (program === null) return void process.stderr.write(stderr);
    folder = mkdtempSync(path.join(tmpdir(), 'propago-schemathesis-'));
    sut = await ClosedPlatform.start({
      ...{ MAX_FRAMES: '100', DECODE_TIMEOUT_SECONDS: '20', WEBHOOKS_ALLOW: '127.0.0.0/8', MAX_WEBHOOKS: '1000' },
    });
  }, 600_000);
  afterAll(async () => {
    await sut?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it(
    'finds no answer that the OpenAPI document does not have, and nothing taken that it forbids',
    async () => {
      if (program === null) return;
      const { url, adminKey } = sut!;
      const config = path.join(folder, 'schemathesis.toml');
      writeFileSync(config, configuration(await given(sut!)));
      const about = ['--checks', CHECKS.join(','), '--phases', EXAMPLES < 20 ? 'fuzzing' : 'examples,coverage,fuzzing'];
      const bounds = ['--max-examples', String(EXAMPLES), '--seed', String(SEED), '--continue-on-failure'];
      // Streams of events go on as long as their run.
      const which = ['--exclude-path-regex', '/events$', '--header', `Authorization: Bearer ${adminKey}`];
      const how = ['--no-color', '--warnings', 'off', '--request-timeout', '60', '--workers', '2'];
      const args = ['--config-file', config, 'run', `${url}/docs/json`, ...about, ...bounds, ...which, ...how];
      const pids = sut!.platform.stack.services.processes.map(({ pid }) => pid);
      const done = await run(program, args, { cwd: folder, maxBuffer: 2 ** 28 }).then(
        (output) => ({ ...output, isGood: true }),
        (error: { stdout: string; stderr: string }) => ({ ...error, isGood: false }),
      );
      mkdirSync(path.dirname(REPORT), { recursive: true });
      writeFileSync(REPORT, `${done.stdout}\n${done.stderr}`);
      if (!done.isGood) throw new Error(`seed ${SEED}, ${REPORT}:\n${done.stdout.slice(-6000)}`);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const good = new Set([...metrics.matchAll(SUCCEEDED)].map(([, method, route]) => `${method} ${route}`));
      const cases = /\d+ generated.*/.exec(done.stdout)?.[0];
      process.stderr.write(`schemathesis, seed ${SEED}: ${cases}; ${good.size} operations succeeded at least once\n`);
      // What only refuses shows little.
      expect(good.size).toBeGreaterThan(40);
      expect(pids.filter((pid) => !existsSync(`/proc/${pid}`))).toEqual([]);
    },
    300_000 + EXAMPLES * 60_000,
  );
});
