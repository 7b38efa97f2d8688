import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { repoRoot } from '@propago/local-stack';
import type { ModelView } from './support/model-registry';
import { startPlatform, type Platform } from './support/platform';
import { smallClip } from './support/small-clip';

const VIT = path.resolve(repoRoot(), '../shared/encoders/vit_ti16_imagenet.onnx');
const withShared = existsSync(VIT) ? it : it.skip;

let folder: string;
let platform: Platform;

// On a busy machine a ViT takes minutes for the probe clips.
jest.setTimeout(1_800_000);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'propago-vit-'));
  platform = await startPlatform({ VALIDATION_WALL_SECONDS: '1800', VALIDATION_CPU_SECONDS: '1800' });
});
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What `propago ...` prints; it must succeed. */
async function propago(...args: string[]): Promise<string> {
  const program = path.join(repoRoot(), 'dist/cli/src/main.js');
  return (await promisify(execFile)(process.execPath, [program, ...args, '--server', platform.url])).stdout;
}

withShared('a vision transformer is registered in one command, and runs by its name (needs ../shared)', async () => {
  const registered = await propago('models', 'register', VIT, '--name', 'vit', '--note', 'supervised', '--json');
  expect(JSON.parse(registered)).toMatchObject({
    version: 1,
    state: 'READY',
    aliases: ['champion'],
    card: { patchSize: 16, dim: 192, layout: 'tokens', mean: [0.5, 0.5, 0.5] },
    provenance: { note: 'supervised' },
  });
  expect(await platform.json<ModelView>('/v1/admin/models/vit')).toMatchObject({ aliases: [{ version: 1 }] });

  const clip = await smallClip({ frames: 4 });
  const [video, mask, output] = ['clip.mp4', 'mask.png', 'out'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(video, clip.video);
  await writeFile(mask, clip.mask);
  const size = ['--option', 'inputSize={"kind":"native","multipleOf":16,"rounding":"floor"}'];
  await propago('run', video, mask, '-o', output, '--encoder', 'vit', ...size);
  expect(await readdir(path.join(output, 'masks'))).toHaveLength(4);
  expect(JSON.parse(await readFile(path.join(output, 'run.json'), 'utf8'))).toMatchObject({
    encoder: { name: 'vit', version: 1, chosenBy: 'traffic:champion' },
  });
});
