import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clip, generateClip, testPicture, tone } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource } from './source';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '12'];
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'];
const VIDEO_PID = 0x100;
const SOUND_PID = 0x101;

describeWithFfmpeg('a transport stream', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-ts-'));
    await generateClip(at('h264.ts'), [testPicture('160x120', 25, 22)], H264);
    await generateClip(at('hevc.ts'), [testPicture('160x120', 25, 22)], HEVC);
    await generateClip(at('sound.ts'), [testPicture('160x120', 25, 22), tone(2)], [...H264, '-c:a', 'aac']);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function frames(bytes: Buffer): Promise<number> {
    await writeFile(at('tried.ts'), bytes);
    const source = await openVideoSource(at('tried.ts'), DEFAULT_VIDEO_LIMITS);
    let count = 0;
    for await (const { index } of source.frames()) count = index + 1;
    return count;
  }

  /** Where the packets of a stream are. */
  function packetsOf(bytes: Buffer, pid: number): number[] {
    const found = [];
    for (let packet = 0; packet < bytes.length; packet += 188)
      if ((bytes.readUInt16BE(packet + 1) & 0x1fff) === pid) found.push(packet);
    return found;
  }
  const without = (bytes: Buffer, packet: number): Buffer =>
    Buffer.concat([bytes.subarray(0, packet), bytes.subarray(packet + 188)]);
  const startsPicture = (bytes: Buffer, packet: number): boolean => (bytes[packet + 1]! & 0x40) !== 0;

  it('loses nothing with a packet of its sound, and nothing with a cut through the sound', async () => {
    const bytes = await readFile(at('sound.ts'));
    const sound = packetsOf(bytes, SOUND_PID);
    expect(await frames(without(bytes, sound[3]!))).toBe(22);
    expect(await frames(bytes.subarray(0, sound.at(-1)!))).toBe(22);
    expect(await frames(bytes.subarray(0, sound.at(-1)! + 100))).toBe(22);
  });

  it.each(['h264.ts', 'hevc.ts', 'sound.ts'])('may be joined with itself: %s', async (name) => {
    const bytes = await readFile(at(name));
    expect(await frames(Buffer.concat([bytes, bytes]))).toBe(44);
  });

  it.each(['h264.ts', 'hevc.ts'])('is refused as truncated where %s ends within a picture', async (name) => {
    const bytes = await readFile(at(name));
    const video = packetsOf(bytes, VIDEO_PID);
    for (const end of [video.at(-1)!, video.at(-1)! + 100]) {
      await expect(frames(bytes.subarray(0, end))).rejects.toMatchObject({
        code: 'VIDEO_TRUNCATED',
        message: expect.stringMatching(/^The file ends within frame 21 at \d+\.\d{3} s\.$/),
      });
    }
  });

  it.each([
    ['h264.ts', 'x264 - core', [0x65]],
    ['hevc.ts', 'x265 (build', [0x26, 0x28, 0x2a]],
  ])('loses nothing with a packet of what its encoder wrote down: %s', async (name, writing, slices) => {
    const bytes = await readFile(at(name));
    const video = packetsOf(bytes, VIDEO_PID);
    const holding = (what: Buffer): number =>
      video.findIndex((packet) => bytes.subarray(packet + 4, packet + 188).includes(what));
    const written = holding(Buffer.from(writing));
    const slice = Math.min(
      ...slices.map((type) => holding(Buffer.from([0, 0, 1, type]))).filter((place) => place >= 0),
    );
    expect(slice - written).toBeGreaterThan(1);
    for (let place = written + 1; place < slice; place++) expect(await frames(without(bytes, video[place]!))).toBe(22);
    await expect(frames(without(bytes, video[slice]!))).rejects.toMatchObject({ code: 'VIDEO_CORRUPT' });
  });

  it('passes where it ends between two pictures', async () => {
    const bytes = await readFile(at('h264.ts'));
    const last = packetsOf(bytes, VIDEO_PID).findLast((packet) => startsPicture(bytes, packet))!;
    expect(await frames(bytes.subarray(0, last))).toBe(21);
  });

  it('is refused where it ends before pictures that are shown earlier than its last one', async () => {
    const path = await generateClip(
      at('reordered.ts'),
      [testPicture('160x120', 25, 40)],
      ['-c:v', 'mpeg2video', '-bf', '2', '-b_strategy', '0', '-g', '12'],
    );
    const bytes = await readFile(path);
    const starts = packetsOf(bytes, VIDEO_PID).filter((packet) => startsPicture(bytes, packet));
    // I P B B P B B .. in the file, I B B P B B P .. on the screen: two of three cuts leave pictures out.
    const outcomes = [];
    for (const end of starts.slice(-7, -1))
      outcomes.push(await frames(bytes.subarray(0, end)).catch((error: { code: string }) => error.code));
    const cut = 'VIDEO_TRUNCATED';
    expect(outcomes).toEqual([cut, 34, cut, cut, 37, cut]);
  });

  it.each(['h264.ts', 'hevc.ts'])('is refused where a packet of %s is missing', async (name) => {
    const bytes = await readFile(at(name));
    const video = packetsOf(bytes, VIDEO_PID);
    const middle = video.findIndex((packet, i) => i > video.length / 2 && !startsPicture(bytes, packet));
    await expect(frames(without(bytes, video[middle]!))).rejects.toMatchObject({
      code: 'VIDEO_CORRUPT',
      message: expect.stringMatching(/^Packets of frame \d+ at \d+\.\d{3} s or of the next ones are missing\.$/),
    });
  });

  it('is refused where whole pictures are missing', async () => {
    const bytes = await readFile(at('h264.ts'));
    const starts = packetsOf(bytes, VIDEO_PID).filter((packet) => startsPicture(bytes, packet));
    const cut = Buffer.concat([bytes.subarray(0, starts[9]), bytes.subarray(starts[12])]);
    await expect(frames(cut)).rejects.toMatchObject({ code: 'VIDEO_CORRUPT' });
  });

  it.each([
    ['packets of 192 bytes', (packet: Buffer) => Buffer.concat([Buffer.alloc(4, 9), packet])],
    ['packets of 204 bytes', (packet: Buffer) => Buffer.concat([packet, Buffer.alloc(16, 9)])],
  ])('is read in %s', async (_, wrap) => {
    const bytes = await readFile(at('h264.ts'));
    const packets = Array.from({ length: bytes.length / 188 }, (_unused, i) => bytes.subarray(i * 188, i * 188 + 188));
    const wrapped = Buffer.concat(packets.map(wrap));
    expect(await frames(wrapped)).toBe(22);
    await expect(frames(wrapped.subarray(0, -100))).rejects.toMatchObject({ code: 'VIDEO_TRUNCATED' });
  });

  it('is read in the M2TS of ffmpeg', async () => {
    const path = await generateClip(
      at('a.m2ts'),
      [clip(at('h264.ts'), 'mpegts')],
      ['-c', 'copy', '-mpegts_m2ts_mode', '1', '-f', 'mpegts'],
    );
    expect(await frames(await readFile(path))).toBe(22);
  });

  it.each([1, 100, 187, 5000])('may begin with %d bytes of something else', async (junk) => {
    expect(await frames(Buffer.concat([Buffer.alloc(junk, 0x47), await readFile(at('h264.ts'))]))).toBe(22);
    expect(await frames(Buffer.concat([Buffer.alloc(junk), await readFile(at('h264.ts'))]))).toBe(22);
  });
});
