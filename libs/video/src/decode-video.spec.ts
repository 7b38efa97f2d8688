import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clip, generateClip, testPicture, tone } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { decodeVideo } from './decode-video';
import type { DecodedFrame } from './decoded-frame';
import { DEFAULT_VIDEO_LIMITS, type VideoLimits } from './limits';
import { probeVideo } from './probe';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '12'];

describeWithFfmpeg('decodeVideo', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-decode-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function frames(
    path: string,
    limits: VideoLimits = DEFAULT_VIDEO_LIMITS,
  ): Promise<Omit<DecodedFrame, 'rgb'>[]> {
    const probe = await probeVideo(path, limits);
    const found = [];
    for await (const { rgb, ...frame } of decodeVideo(path, { probe, limits })) {
      expect(rgb.length).toBe(frame.width * frame.height * 3);
      found.push(frame);
    }
    return found;
  }

  it.each([
    ['a.mp4', [...H264, '-bf', '2']],
    ['a.mov', ['-c:v', 'prores', '-profile:v', '0']],
    ['hevc.mp4', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none']],
    ['a.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8']],
    ['vp8.webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8']],
    ['a.mkv', [...H264, '-bf', '2']],
    ['a.avi', ['-c:v', 'mpeg4', '-bf', '2']],
    ['mjpeg.avi', ['-c:v', 'mjpeg']],
    ['a.ts', H264],
  ])('gives each of the 30 frames of %s once, in order, with rising time stamps', async (name, codec) => {
    const path = await generateClip(at(name), [testPicture('160x120', 25, 30)], codec);
    const found = await frames(path);
    const { timeBase } = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
    expect(found.map(({ index }) => index)).toEqual(Array.from({ length: 30 }, (_, index) => index));
    const ticks = timeBase.den / timeBase.num / 25;
    const first = found[0]!.pts;
    for (const { index, pts } of found) expect(Math.abs(pts - first - index * ticks)).toBeLessThanOrEqual(1);
    expect(found[0]).toMatchObject({ keyFrame: true, width: 160, height: 120 });
  });

  it('loses no frame when ffmpeg has ended long before its last pixels are asked for', async () => {
    const path = await generateClip(at('short.mp4'), [testPicture('64x48', 25, 6)], H264);
    const probe = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
    const found: number[] = [];
    for await (const { index } of decodeVideo(path, { probe, limits: DEFAULT_VIDEO_LIMITS })) {
      if (index === 0) await sleep(1000);
      found.push(index);
    }
    expect(found).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gives the same bytes whatever the number of threads', async () => {
    const path = await generateClip(at('threads.mp4'), [testPicture('162x122', 25, 20)], H264);
    const all = async (threads: number): Promise<Buffer> => {
      const limits = { ...DEFAULT_VIDEO_LIMITS, threads };
      const probe = await probeVideo(path, limits);
      const parts: Buffer[] = [];
      for await (const { rgb } of decodeVideo(path, { probe, limits })) parts.push(rgb);
      return Buffer.concat(parts);
    };
    expect((await all(1)).equals(await all(3))).toBe(true);
  });

  it('marks the key frames of the stream', async () => {
    const path = await generateClip(at('keys.mp4'), [testPicture('96x64', 25, 30)], [...H264, '-sc_threshold', '0']);
    const keys = (await frames(path)).filter(({ keyFrame }) => keyFrame).map(({ index }) => index);
    expect(keys).toEqual([0, 12, 24]);
  });

  it.each([
    ['90', 64, 96],
    ['180', 96, 64],
    ['270', 64, 96],
  ])('turns a picture with a display matrix of %s degrees upright', async (rotate, width, height) => {
    // Left half red, right half blue.
    const halves = { demuxer: 'lavfi' as const, url: 'color=red:s=48x64:r=5:d=1,pad=96:64:0:0:blue' };
    const flat = await generateClip(at('flat.mp4'), [halves], H264);
    const path = await generateClip(
      at(`r${rotate}.mp4`),
      [clip(flat)],
      ['-c', 'copy', '-metadata:s:v', `rotate=${rotate}`],
    );
    const probe = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
    expect(probe).toMatchObject({ width, height });
    for await (const { rgb } of decodeVideo(path, { probe, limits: DEFAULT_VIDEO_LIMITS })) {
      const redAt = (x: number, y: number): boolean => rgb[(y * width + x) * 3]! > 128;
      // Clockwise by the angle, the red left half comes to the top, the right, the bottom.
      const corners = [redAt(4, 4), redAt(width - 5, 4), redAt(4, height - 5), redAt(width - 5, height - 5)];
      const expected = { 90: [1, 1, 0, 0], 180: [0, 1, 0, 1], 270: [0, 0, 1, 1] }[probe.rotation];
      expect(corners.map(Number)).toEqual(expected);
    }
  });

  it('keeps variable frame durations', async () => {
    const filter = ['-vf', "select='not(mod(n,5))+not(mod(n,7))'", '-fps_mode', 'vfr', '-video_track_timescale', '25'];
    const path = await generateClip(at('vfr.mp4'), [testPicture('96x64', 25, 30)], [...filter, ...H264, '-bf', '0']);
    expect((await frames(path)).map(({ pts }) => pts)).toEqual([0, 5, 7, 10, 14, 15, 20, 21, 25, 28]);
  });

  it('keeps a start time other than zero', async () => {
    const filter = ['-vf', 'setpts=PTS+2/TB', '-fps_mode', 'passthrough', '-video_track_timescale', '25', '-copyts'];
    const path = await generateClip(at('late.mkv'), [testPicture('96x64', 25, 10)], [...filter, ...H264]);
    const found = await frames(path);
    expect(found.map(({ pts }) => pts)).toEqual(Array.from({ length: 10 }, (_, i) => 2000 + i * 40));
  });

  it('gives one frame for a video of one frame', async () => {
    const path = await generateClip(at('one.mp4'), [testPicture('96x64', 25, 1)], H264);
    expect(await frames(path)).toHaveLength(1);
  });

  it('ignores sound', async () => {
    const path = await generateClip(at('sound.mp4'), [testPicture('96x64', 25, 25), tone(1)], [...H264, '-c:a', 'ac3']);
    expect(await frames(path)).toHaveLength(25);
  });

  it('refuses a video without frames', async () => {
    const fragmented = ['-movflags', 'empty_moov+frag_keyframe+default_base_moof', ...H264];
    const path = await generateClip(at('fragmented.mp4'), [testPicture('96x64', 25, 5)], fragmented);
    const bytes = await readFile(path);
    // From the type of the first fragment back over its size field.
    await writeFile(at('empty.mp4'), bytes.subarray(0, bytes.indexOf('moof') - 4));
    await expect(frames(at('empty.mp4'))).rejects.toMatchObject({ code: 'VIDEO_NO_FRAMES' });
  });

  describe('with a file cut at 60 percent', () => {
    it.each([
      ['cut-front.mp4', [...H264, '-movflags', '+faststart']],
      ['cut-back.mp4', H264],
      ['cut.mkv', H264],
      ['cut.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8']],
      ['cut.avi', ['-c:v', 'mpeg4']],
    ])('refuses %s as truncated', async (name, codec) => {
      const path = await generateClip(at(name), [testPicture('160x120', 25, 50)], codec);
      await truncate(path, Math.floor((await readFile(path)).length * 0.6));
      await expect(frames(path)).rejects.toMatchObject({ code: 'VIDEO_TRUNCATED' });
    });

    it('refuses a live Matroska file, which states no length, when the decoder reaches the cut', async () => {
      const path = await generateClip(
        at('live.mkv'),
        [testPicture('160x120', 25, 50)],
        [...H264, '-f', 'matroska', '-live', '1'],
      );
      await truncate(path, Math.floor((await readFile(path)).length * 0.6));
      await expect(probeVideo(path, DEFAULT_VIDEO_LIMITS)).resolves.toMatchObject({ container: 'matroska' });
      await expect(frames(path)).rejects.toMatchObject({ code: 'VIDEO_TRUNCATED' });
    });

    it('refuses an MP4 whose lengths were mended, when the decoder misses a sample', async () => {
      const path = await generateClip(
        at('mended.mp4'),
        [testPicture('160x120', 25, 50)],
        [...H264, '-movflags', '+faststart'],
      );
      const bytes = await readFile(path);
      const cut = bytes.subarray(0, Math.floor(bytes.length * 0.6));
      const data = cut.indexOf('mdat');
      cut.writeUInt32BE(cut.length - data + 4, data - 4);
      await writeFile(path, cut);
      await expect(frames(path)).rejects.toMatchObject({ code: 'VIDEO_TRUNCATED' });
    });
  });

  it.each([
    ['bad.mp4', H264],
    ['bad.mkv', H264],
    ['bad.avi', ['-c:v', 'mpeg4']],
  ])('refuses the damaged bit stream of %s', async (name, codec) => {
    const path = await generateClip(at(name), [testPicture('160x120', 25, 50)], codec);
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    const noise = Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 167 + 13) & 255));
    for (const share of [0.3, 0.4, 0.5, 0.6]) await file.write(noise, 0, noise.length, Math.floor(size * share));
    await file.close();
    await expect(frames(path)).rejects.toMatchObject({ code: expect.stringMatching(/^VIDEO_(CORRUPT|TRUNCATED)$/) });
  });

  it('refuses an AVI with right lengths whose last JPEG is cut to half, and names the frame', async () => {
    const path = await generateClip(at('half.avi'), [testPicture('160x120', 25, 12)], ['-c:v', 'mjpeg', '-q:v', '3']);
    await halveLastChunk(path);
    await expect(frames(path)).rejects.toMatchObject({
      code: 'VIDEO_CORRUPT',
      message: expect.stringMatching(/^Frame 11 \(at 0\.440 s\) or one next to it is damaged or missing: overread/),
    });
  });

  it('refuses a frame size that changes in the middle', async () => {
    const small = await generateClip(at('small.ts'), [testPicture('96x64', 25, 10)], H264);
    const large = await generateClip(at('large.ts'), [testPicture('160x120', 25, 10)], H264);
    await writeFile(at('both.ts'), joinTransportStreams(await readFile(small), await readFile(large)));
    await expect(frames(at('both.ts'))).rejects.toMatchObject({ code: 'VIDEO_SIZE_CHANGES' });
  });

  describe('limits', () => {
    let path: string;
    beforeAll(async () => {
      path = await generateClip(at('limits.mp4'), [testPicture('640x480', 25, 200)], H264);
    });

    it('stops at the frame limit even when the headers promised fewer', async () => {
      const probe = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
      const decode = decodeVideo(path, { probe, limits: { ...DEFAULT_VIDEO_LIMITS, maxFrames: 5 } });
      let count = 0;
      await expect(
        (async () => {
          for await (const frame of decode) count = frame.index + 1;
        })(),
      ).rejects.toMatchObject({ code: 'VIDEO_TOO_LONG' });
      expect(count).toBe(5);
    });

    it('stops when ffmpeg needs longer than allowed', async () => {
      const probe = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
      const decode = decodeVideo(path, { probe, limits: { ...DEFAULT_VIDEO_LIMITS, decodeSeconds: 0.001 } });
      await expect(decode.next()).rejects.toMatchObject({ code: 'VIDEO_TIMEOUT' });
    });

    it('does not count the time the consumer takes', async () => {
      // Ten frames fill the pipe, so ffmpeg lives, and waits, while the consumer sleeps.
      const short = await generateClip(at('short.mp4'), [testPicture('640x480', 25, 10)], H264);
      const probe = await probeVideo(short, DEFAULT_VIDEO_LIMITS);
      const decode = decodeVideo(short, { probe, limits: { ...DEFAULT_VIDEO_LIMITS, decodeSeconds: 4 } });
      await decode.next();
      await new Promise((resolve) => setTimeout(resolve, 4500));
      let count = 1;
      for await (const { index } of decode) count = index + 1;
      expect(count).toBe(10);
    });

    it('ends when the signal fires, with its reason', async () => {
      const probe = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
      const stop = new AbortController();
      const decode = decodeVideo(path, { probe, limits: DEFAULT_VIDEO_LIMITS, signal: stop.signal });
      await decode.next();
      stop.abort(new Error('cancelled by the user'));
      await expect(decode.next()).rejects.toThrow('cancelled by the user');
    });
  });

  it('ends ffmpeg when the consumer stops early', async () => {
    const path = await generateClip(at('early.mp4'), [testPicture('640x480', 25, 200)], H264);
    const probe = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
    for await (const frame of decodeVideo(path, { probe, limits: DEFAULT_VIDEO_LIMITS })) {
      if (frame.index === 1) break;
    }
    await expect(childrenOf(process.pid)).resolves.toEqual([]);
  });

  it('is not deceived by file metadata that imitates the log', async () => {
    const forged = '[showinfo@0 @ 0x0] [info] n:   0 pts:      7 pts_time:1 s:96x64 i:P iskey:1 type:I';
    const path = await generateClip(
      at('forged.mkv'),
      [testPicture('96x64', 25, 4)],
      [...H264, '-metadata', `title=x\n${forged}`],
    );
    expect((await frames(path)).map(({ pts }) => pts)).toEqual([0, 40, 80, 120]);
  });
});

/** Living children of this process that are ffmpeg. */
async function childrenOf(pid: number): Promise<string[]> {
  const ids = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const names = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return names.filter((name) => name.includes('ffmpeg'));
}

/** The packets of both, with continuity counters that run on, so that nothing seems lost between them. */
function joinTransportStreams(...streams: Buffer[]): Buffer {
  const joined = Buffer.concat(streams);
  const counters = new Map<number, number>();
  for (let packet = 0; packet < joined.length; packet += 188) {
    const pid = joined.readUInt16BE(packet + 1) & 0x1fff;
    const hasPayload = (joined[packet + 3]! & 0x10) !== 0;
    const counter = ((counters.get(pid) ?? -1) + (hasPayload ? 1 : 0)) & 15;
    counters.set(pid, counter);
    joined[packet + 3] = (joined[packet + 3]! & 0xf0) | counter;
  }
  return joined;
}

/** Cuts the last picture of an AVI to half of its bytes and mends every length that speaks of it. */
async function halveLastChunk(path: string): Promise<void> {
  const bytes = await readFile(path);
  const index = bytes.indexOf('idx1');
  const movi = bytes.indexOf('movi');
  const last = bytes.lastIndexOf('00dc', index - 1);
  const half = (bytes.readUInt32LE(last + 4) >> 2) * 2;
  const dropped = index - (last + 8 + half);
  bytes.writeUInt32LE(half, last + 4);
  bytes.writeUInt32LE(half, index + 8 + bytes.readUInt32LE(index + 4) - 4);
  for (const size of [4, movi - 4]) bytes.writeUInt32LE(bytes.readUInt32LE(size) - dropped, size);
  await writeFile(path, Buffer.concat([bytes.subarray(0, last + 8 + half), bytes.subarray(index)]));
}
