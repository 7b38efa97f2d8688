import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { generateClip, testPicture } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { findTool, toolEnvironment } from './config';
import { startTool, type ToolCall } from './ffmpeg';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

const ROOT = resolve(__dirname, '../../..');
const THE_ONE = 'libs/video/src/ffmpeg.ts';
/** Runs the command that users are told to convert their files with, as they would. */
const OF_USERS = 'libs/video/src/foreign-file.spec.ts';
const LIMITS = { memoryBytes: 4 * 2 ** 30, cpuSeconds: 60, fileBytes: 0, wallSeconds: 60 };

/**
 * Whether a source file starts ffmpeg or ffprobe itself. In services and libs any file that can start processes and names
 * the tools is suspicious; elsewhere (scripts that install or locate them) only a call whose program they are, other than
 * asking for the version.
 */
function startsFfmpeg(path: string, text: string): boolean {
  const canSpawn = /child_process|\bexeca\b|fluent-ffmpeg|node-av/.test(text);
  if (!canSpawn || !/ff(mpeg|probe)/i.test(text)) return false;
  if (/^(services|libs)\//.test(path)) return true;
  return /\b(spawn|exec|execFile|fork)(Sync)?\s*\(\s*[`'"]?[^,)]*ff(mpeg|probe)(?![^)]*-version)/i.test(text);
}

async function sourcesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) =>
        entry.isFile() && /\.([cm]?[jt]sx?|sh)$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

describe('the one ffmpeg wrapper', () => {
  it('is the only file of the project that starts ffmpeg or ffprobe', async () => {
    const paths = (await Promise.all(['services', 'libs', 'cli', 'scripts', 'bench', 'test'].map(sourcesUnder))).flat();
    expect(paths).toContain(THE_ONE);
    const offenders = paths
      .filter((path) => path !== relative(ROOT, __filename) && path !== OF_USERS)
      .filter((path) => startsFfmpeg(path, readFileSync(join(ROOT, path), 'utf8')));
    expect(offenders).toEqual([THE_ONE]);
  });

  it('would be found out by a second one', () => {
    const importLine = "import { spawn } from 'node:child_process';\n";
    expect(startsFfmpeg('services/x/src/a.ts', `${importLine}const tool = 'ffmpeg';`)).toBe(true);
    expect(startsFfmpeg('cli/src/a.ts', `${importLine}spawn('ffmpeg', ['-i', file]);`)).toBe(true);
    expect(startsFfmpeg('scripts/a.mjs', `${importLine}execSync(\`ffprobe \${file}\`);`)).toBe(true);
    expect(startsFfmpeg('scripts/a.mjs', `${importLine}spawnSync(ffmpegPath, ['-i', file]);`)).toBe(true);
  });

  it('lets a script install and locate the tools', () => {
    const importLine = "import { spawnSync } from 'node:child_process';\n";
    expect(startsFfmpeg('scripts/a.mjs', `${importLine}spawnSync('apt-get', ['install', 'ffmpeg']);`)).toBe(false);
    expect(startsFfmpeg('scripts/a.mjs', `${importLine}spawnSync('ffmpeg', ['-version']);`)).toBe(false);
  });
});

describe('findTool', () => {
  it('takes the given path before PATH, and only if it can be run', () => {
    expect(findTool('ffmpeg', { FFMPEG_PATH: process.execPath, PATH: '' })).toBe(process.execPath);
    expect(findTool('ffmpeg', { FFMPEG_PATH: '/nonexistent/ffmpeg', PATH: process.env.PATH })).toBeNull();
    expect(findTool('ffprobe', { PATH: '' })).toBeNull();
  });

  it('hides the secrets of the service from the child', () => {
    process.env.DATABASE_URL_FOR_TEST = 'secret';
    expect(Object.keys(toolEnvironment())).not.toContain('DATABASE_URL_FOR_TEST');
    delete process.env.DATABASE_URL_FOR_TEST;
  });
});

describeWithFfmpeg('startTool', () => {
  let folder: string;
  let clip: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-ffmpeg-'));
    clip = await generateClip(
      join(folder, 'a.mp4'),
      [testPicture('640x480', 25, 100)],
      ['-c:v', 'libx264', '-preset', 'ultrafast'],
    );
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const decode = (call: Partial<ToolCall> = {}): ToolCall => ({
    tool: 'ffmpeg',
    inputs: [{ demuxer: 'mp4', url: `file:${clip}` }],
    output: ['-c:v', 'rawvideo', '-f', 'rawvideo', 'pipe:1'],
    limits: LIMITS,
    ...call,
  });

  it('sets the hard limits in the process itself', async () => {
    const child = startTool(decode({ limits: { ...LIMITS, cpuSeconds: 7, fileBytes: 1024 } }));
    try {
      await new Promise((resolve) => child.stdout.once('readable', resolve));
      const [pid] = (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).trim().split(' ');
      const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
      expect(limits).toMatch(/Max cpu time +7 +12 /);
      expect(limits).toMatch(/Max file size +1024 +1024 /);
      expect(limits).toMatch(new RegExp(`Max address space +${4 * 2 ** 30} `));
      expect(limits).toMatch(/Max open files +64 +64 /);
    } finally {
      await child.stop();
    }
  });

  it('cannot write a file where none is allowed', async () => {
    const child = startTool(decode({ output: ['-c', 'copy', `file:${join(folder, 'copy.mp4')}`] }));
    const exit = await child.exited;
    expect(exit.code === 0).toBe(false);
    await child.stop();
  });

  it('refuses a demuxer other than the one asked for, and protocols other than files', async () => {
    for (const input of [
      { demuxer: 'mp4' as const, url: `file:${clip}`, options: ['-f', 'concat'] },
      { demuxer: 'mp4' as const, url: 'http://127.0.0.1:9/a.mp4' },
      { demuxer: 'mp4' as const, url: `concat:${clip}` },
    ]) {
      const child = startTool(decode({ inputs: [input] }));
      child.stdout.resume();
      expect((await child.exited).code).not.toBe(0);
      expect(child.diagnosis.summary).toMatch(/whitelist|Protocol not found|not on whitelist|Invalid/i);
      await child.stop();
    }
  });

  it('kills a process that ignores everything else', async () => {
    const child = startTool(decode({ limits: { ...LIMITS, wallSeconds: 0.3 } }));
    // Nobody reads stdout, so ffmpeg blocks on its pipe for ever.
    await expect(child.exited).resolves.toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    await child.stop();
  });

  it('reports a used-up CPU limit as a time-out', async () => {
    const endless = { demuxer: 'lavfi' as const, url: 'testsrc2=s=1280x720' };
    const limits = { ...LIMITS, cpuSeconds: 1 };
    const child = startTool(decode({ inputs: [endless], output: ['-c:v', 'mpeg4', '-f', 'null', 'pipe:1'], limits }));
    const exit = await child.exited;
    expect(child.diagnosis.failure(exit, 'Decoding', 'INTERNAL')).toMatchObject({ code: 'VIDEO_TIMEOUT' });
    await child.stop();
  });

  it('does not start when the signal has fired already', () => {
    expect(() => startTool(decode({ signal: AbortSignal.abort(new Error('too late')) }))).toThrow('too late');
  });
});
