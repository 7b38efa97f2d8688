// npm run images:check -- IMAGE: the platform out of the services' image, without a container engine. Every service runs from
// the image's files as a read-only root and as the image's user; then one video goes through it.
// Needs Linux, root, buildah and the image in buildah's storage (buildah bud --format docker -f docker/services.Dockerfile …).
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, run } from '../../scripts/command.mjs';
import { main, setup } from '../../scripts/setup.mjs';
import { REPO_ROOT } from '../../scripts/system-tools.mjs';

const SERVICES = ['gateway', 'ingest', 'features', 'propagation', 'results', 'models'];
const READY_LIMIT_MS = 300_000;
/** The presets' 480 pixels would only make the check slower. */
const NATIVE = { kind: 'native', multipleOf: 8, rounding: 'floor' };
const image = process.argv[2] ?? 'localhost/propago/services:0.1.0';
const { RootFileSystem } = await import('./root-file-system.mjs');

await main(async () => {
  const buildah = await run('buildah', ['inspect', '--type', 'image', image]);
  if (process.getuid() !== 0 || buildah.code !== 0) {
    console.log(
      `images:check: SKIPPED, it needs root and the image ${image} in buildah (${lastLines(buildah.output, 1)})`,
    );
    return;
  }
  Object.assign(process.env, await setup());
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-image-'));
  const files = new RootFileSystem(image);
  try {
    await check(files, folder);
  } finally {
    files.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

function lib(name) {
  return createRequire(import.meta.url)(path.join(REPO_ROOT, `dist/libs/${name}/src/index.js`));
}

async function check(files, folder) {
  const { startServers, freePort } = lib('local-stack');
  const data = path.join(folder, 'data');
  mkdirSync(data);
  const [uid, gid] = files.config.User.split(':').map(Number);
  if (!(uid > 0)) throw new Error(`the image runs as ${files.config.User || 'root'}`);
  chownSync(data, uid, gid);
  const servers = await startServers({
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' },
    migrate: false,
  });
  const started = [];
  try {
    const env = {
      DATABASE_URL: servers.databaseUrl,
      REDIS_URL: servers.redisUrl,
      NATS_URL: servers.natsUrl,
      STORAGE_URL: 'file:///data/blobs',
      KEY_SECRET: 'of-a-platform-that-ends-within-minutes',
    };
    console.log(await files.run(['scripts/migrate.mjs', 'deploy'], { env, data }));
    console.log(`await-migrations: ${await files.run(['scripts/await-migrations.mjs', '10'], { env, data })}`);
    await refusesWrites(files, { env, data });
    for (const name of SERVICES) {
      const port = String(await freePort());
      const logFile = path.join(folder, `${name}.log`);
      const options = { env: { ...env, PORT: port, HOST: '127.0.0.1' }, data, logFile };
      started.push({ name, port, options, ...files.start([`dist/services/${name}/src/main.js`], options) });
    }
    for (const service of started) await untilReady(files, service);
    const key = (await files.run(['dist/services/gateway/src/bootstrap-key.js'], { env, data })).split('\n').at(-1);
    await oneRun(`http://127.0.0.1:${started[0].port}`, key, folder);
  } finally {
    for (const { child, signal } of started) if (child.exitCode === null) signal('SIGTERM');
    const ends = await Promise.all(started.map(({ ended }) => ended));
    console.log(`ended on SIGTERM with ${started.map(({ name }, index) => `${name} ${ends[index].code}`).join(', ')}`);
    await servers.stop();
  }
}

async function refusesWrites(files, options) {
  const script =
    "const {writeFileSync:w}=require('fs');w('/tmp/a','');w('/data/a','');try{w('/app/a','')}catch(e){process.stdout.write(e.code)}";
  const code = await files.run(['-e', script], options);
  if (code !== 'EROFS') throw new Error(`the root file system takes writes: ${code}`);
  console.log(`user ${files.config.User}, root file system read-only, /tmp and /data writable`);
}

async function untilReady(files, { name, port, options, child }) {
  for (const deadline = Date.now() + READY_LIMIT_MS; ; await sleep(250)) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/health/ready`).catch(() => null);
    if (answer?.ok) break;
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`${name} does not become ready:\n${lastLines(readFileSync(options.logFile, 'utf8'), 20)}`);
    }
  }
  const health = await files.health({ ...options, logFile: undefined });
  if (health !== 0) throw new Error(`the health check of ${name} ends with ${health}`);
  console.log(`${name}: ready, health check passed`);
}

/** Posts a rendered clip and waits for its masks. */
async function oneRun(url, key, folder) {
  const { renderClip } = lib('sample-clip');
  const { encodeVideo } = lib('video');
  const { encodeIndexedPng, VOC_PALETTE } = lib('labels');
  const size = { width: 320, height: 192 };
  const frames = [...renderClip({ ...size, frames: 20 })];
  const clip = path.join(folder, 'clip.mp4');
  await encodeVideo(
    clip,
    { ...size, frameRate: 24 },
    (async function* () {
      for (const { rgb } of frames) yield rgb;
    })(),
  );
  const mask = encodeIndexedPng({ ...size, indices: frames[0].labels, palette: VOC_PALETTE });
  const form = new FormData();
  form.append('options', JSON.stringify({ parameters: { inputSize: NATIVE } }));
  form.append('mask', new Blob([mask]), 'mask.png');
  form.append('video', new Blob([readFileSync(clip)]), 'clip.mp4');
  const headers = { authorization: `Bearer ${key}` };
  const accepted = await fetch(`${url}/v1/runs`, { method: 'POST', body: form, headers });
  if (accepted.status !== 202) throw new Error(`not accepted: ${await accepted.text()}`);
  const { id } = await accepted.json();
  for (;;) {
    const run = await (await fetch(`${url}/v1/runs/${id}`, { headers })).json();
    if (run.state === 'succeeded') break;
    if (['failed', 'cancelled'].includes(run.state))
      throw new Error(`the run ${run.state}: ${JSON.stringify(run.error)}`);
    await sleep(500);
  }
  for (const what of [`frames/${frames.length - 1}/mask.png`, 'overlay.mp4']) {
    const answer = await fetch(`${url}/v1/runs/${id}/${what}`, { headers });
    console.log(`run ${id}: ${what} ${answer.status}, ${(await answer.arrayBuffer()).byteLength} bytes`);
    if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  }
}
