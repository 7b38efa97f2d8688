import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateClip, testPicture } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource } from './source';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];

describeWithFfmpeg('lengths that are announced wrongly', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-lengths-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Codes that come of a file whose bytes at `at` announce `more` bytes than there are; null where all frames came. */
  async function codeOf(path: string): Promise<string | null> {
    try {
      const source = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
      let count = 0;
      for await (const { index } of source.frames()) count = index + 1;
      expect(count).toBe(12);
      return null;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  it.each([-70, 1, 8, 1000])('reads an AVI whose size is off by %d', async (more) => {
    const path = await generateClip(at('size.avi'), [testPicture('160x120', 25, 12)], ['-c:v', 'mjpeg']);
    const bytes = await readFile(path);
    bytes.writeUInt32LE(bytes.readUInt32LE(4) + more, 4);
    await writeFile(path, bytes);
    expect(await codeOf(path)).toBeNull();
    await writeFile(path, bytes.subarray(0, bytes.length * 0.8));
    expect(await codeOf(path)).toBe('VIDEO_TRUNCATED');
  });

  it.each([8, 1000])('reads an MP4 whose data is announced %d bytes too long', async (more) => {
    const front = [...H264, '-movflags', '+faststart'];
    const path = await generateClip(at('size.mp4'), [testPicture('160x120', 25, 12)], front);
    const bytes = await readFile(path);
    const data = bytes.indexOf('mdat') - 4;
    bytes.writeUInt32BE(bytes.readUInt32BE(data) + more, data);
    await writeFile(path, bytes);
    expect(await codeOf(path)).toBeNull();
    await writeFile(path, bytes.subarray(0, -1));
    expect(await codeOf(path)).toBe('VIDEO_TRUNCATED');
  });

  it.each([1, 1000])('reads a Matroska file whose segment is announced %d bytes too long', async (more) => {
    const path = await generateClip(at('size.mkv'), [testPicture('160x120', 25, 12)], H264);
    const bytes = await readFile(path);
    const size = bytes.indexOf(Buffer.from('18538067', 'hex')) + 4;
    bytes.writeUIntBE(bytes.readUIntBE(size + 2, 6) + more, size + 2, 6);
    await writeFile(path, bytes);
    expect(await codeOf(path)).toBeNull();
    await writeFile(path, bytes.subarray(0, bytes.length * 0.8));
    expect(await codeOf(path)).toBe('VIDEO_TRUNCATED');
  });

  it('refuses an AVI with sound that is cut between two frames', async () => {
    const path = await generateClip(
      at('cut.avi'),
      [testPicture('160x120', 25, 12), { demuxer: 'lavfi', url: 'sine=d=1' }],
      ['-c:v', 'mjpeg', '-c:a', 'pcm_s16le'],
    );
    const bytes = await readFile(path);
    // Before the eighth frame: the duration that is left fits the frames that are left, but the header counts twelve.
    let frame = -1;
    for (let count = 0; count < 8; count++) frame = bytes.indexOf('00dc', frame + 1);
    await writeFile(path, bytes.subarray(0, frame));
    expect(await codeOf(path)).toBe('VIDEO_TRUNCATED');
  });

  it('reads a film whose file is cut through the sound behind it', async () => {
    const layout = ['-movflags', '+faststart', '-max_interleave_delta', '0'];
    const late = { demuxer: 'lavfi' as const, url: 'sine=d=3' };
    for (const name of ['late.mp4', 'late.mkv', 'late.avi']) {
      const codec = name.endsWith('avi') ? ['-c:v', 'mjpeg', '-c:a', 'pcm_s16le'] : [...H264, '-c:a', 'aac'];
      const path = await generateClip(
        at(name),
        [testPicture('160x120', 25, 12), late],
        [...codec, ...(name.endsWith('mp4') ? layout : [])],
      );
      const bytes = await readFile(path);
      await writeFile(path, bytes.subarray(0, bytes.length * 0.9));
      expect([name, await codeOf(path)]).toEqual([name, null]);
    }
  });
});
