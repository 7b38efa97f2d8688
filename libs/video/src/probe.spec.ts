import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clip, generateClip, testPicture, tone } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { probeVideo } from './probe';
import { openVideoSource } from './source';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];

describeWithFfmpeg('probeVideo', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-probe-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('reads size, rate, time base, count and duration', async () => {
    const path = await generateClip(
      at('a.mp4'),
      [testPicture('160x120', 25, 50)],
      [...H264, '-video_track_timescale', '12800'],
    );
    expect(await probeVideo(path, DEFAULT_VIDEO_LIMITS)).toEqual({
      container: 'mp4',
      codec: 'h264',
      streamIndex: 0,
      width: 160,
      height: 120,
      rotation: 0,
      codedSize: { width: 160, height: 120 },
      sampleAspectRatio: { numerator: 1, denominator: 1 },
      exifOrientation: null,
      timeBase: { num: 1, den: 12800 },
      frameRate: 25,
      frameCountEstimate: 50,
      durationSeconds: 2,
      startPts: 0,
      bytes: (await readFile(path)).length,
    });
  });

  it('estimates the count of a Matroska file from its duration', async () => {
    const path = await generateClip(at('a.mkv'), [testPicture('160x120', 25, 50)], H264);
    expect(await probeVideo(path, DEFAULT_VIDEO_LIMITS)).toMatchObject({
      container: 'matroska',
      frameCountEstimate: 50,
    });
  });

  it('gives the upright size and the clockwise angle of a rotated video', async () => {
    const flat = await generateClip(at('flat.mp4'), [testPicture('160x120', 25, 5)], H264);
    const path = await generateClip(at('turned.mp4'), [clip(flat)], ['-c', 'copy', '-metadata:s:v', 'rotate=270']);
    const { width, height, rotation } = await probeVideo(path, DEFAULT_VIDEO_LIMITS);
    expect({ width, height }).toEqual({ width: 120, height: 160 });
    expect([90, 270]).toContain(rotation);
  });

  it('gives the coded size and the shape of a pixel, which explain a mask of another size', async () => {
    const wide = ['-vf', 'setsar=4/3'];
    const flat = await generateClip(at('wide.mp4'), [testPicture('160x120', 25, 5)], [...wide, ...H264]);
    const path = await generateClip(at('wide90.mp4'), [clip(flat)], ['-c', 'copy', '-metadata:s:v', 'rotate=90']);
    expect(await probeVideo(path, DEFAULT_VIDEO_LIMITS)).toMatchObject({
      width: 120,
      height: 160,
      codedSize: { width: 160, height: 120 },
      sampleAspectRatio: { numerator: 4, denominator: 3 },
    });
  });

  it('refuses sound alone', async () => {
    const path = await generateClip(at('sound.m4a'), [tone(1)], ['-c:a', 'aac']);
    await expect(probeVideo(path, DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({ code: 'VIDEO_NO_STREAM' });
  });

  it('does not take a cover picture for a video', async () => {
    const cover = [
      '-map',
      '0:a',
      '-map',
      '1:v',
      '-c:a',
      'aac',
      '-c:v',
      'mjpeg',
      '-frames:v',
      '1',
      '-disposition:v',
      'attached_pic',
    ];
    const path = await generateClip(at('cover.m4a'), [tone(1), testPicture('64x64', 25, 1)], [...cover, '-f', 'mp4']);
    await expect(probeVideo(path, DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({ code: 'VIDEO_NO_STREAM' });
  });

  it.each([
    [89.99, 90],
    [90.01, 90],
    [179.99, 180],
    [180.01, 180],
    [269.99, 270],
    [270.01, 270],
    [0.01, 0],
  ])('turns a matrix of %d degrees as one of %d', async (degrees, rotation) => {
    const bytes = await readFile(await generateClip(at('hair.mp4'), [testPicture('160x120', 25, 5)], H264));
    const [cos, sin] = [Math.cos, Math.sin].map((of) => Math.round(of((degrees * Math.PI) / 180) * 65536));
    [cos!, sin!, 0, -sin!, cos!].forEach((value, i) => bytes.writeInt32BE(value, bytes.indexOf('tkhd') + 44 + 4 * i));
    await writeFile(at('hair.mp4'), bytes);
    const upright = rotation % 180 === 90 ? { width: 120, height: 160 } : { width: 160, height: 120 };
    const source = await openVideoSource(at('hair.mp4'), DEFAULT_VIDEO_LIMITS);
    expect(source.probe).toMatchObject({ rotation, ...upright });
    for await (const frame of source.frames()) expect(frame).toMatchObject(upright);
  });

  it('refuses frames over the largest side', async () => {
    const path = await generateClip(at('wide.mp4'), [testPicture('160x120', 25, 2)], H264);
    const limits = { ...DEFAULT_VIDEO_LIMITS, maxSide: 159 };
    await expect(probeVideo(path, limits)).rejects.toMatchObject({ code: 'VIDEO_TOO_LARGE' });
  });

  it('refuses more frames than allowed', async () => {
    const path = await generateClip(at('long.mp4'), [testPicture('160x120', 25, 50)], H264);
    const limits = { ...DEFAULT_VIDEO_LIMITS, maxFrames: 49 };
    await expect(probeVideo(path, limits)).rejects.toMatchObject({ code: 'VIDEO_TOO_LONG' });
  });

  it('refuses a codec that is not on the list', async () => {
    const path = await generateClip(at('flash.avi'), [testPicture('160x120', 25, 5)], ['-c:v', 'flashsv']);
    await expect(probeVideo(path, DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({
      code: 'VIDEO_NOT_RECOGNISED',
      message: expect.stringContaining('flashsv'),
    });
  });

  it('refuses an MP4 without its index', async () => {
    const bytes = await readFile(await generateClip(at('whole.mp4'), [testPicture('160x120', 25, 5)], H264));
    await writeFile(at('no-index.mp4'), bytes.subarray(0, bytes.indexOf('moov') - 4));
    await expect(probeVideo(at('no-index.mp4'), DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({ code: 'VIDEO_CORRUPT' });
  });

  it('tells a missing file from a bad one', async () => {
    await expect(probeVideo(at('absent.mp4'), DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['an HLS playlist', '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'],
    ['a concat script', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
    ['a bare concat script', "file '/etc/passwd'\n"],
    ['a session description', 'v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n'],
    ['a DASH manifest', '<?xml version="1.0"?>\n<MPD><Period/></MPD>\n'],
  ])('refuses %s disguised as mp4', async (_, text) => {
    await writeFile(at('disguised.mp4'), text);
    await expect(openVideoSource(at('disguised.mp4'), DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({
      code: 'VIDEO_FORBIDDEN_FORMAT',
    });
  });

  it('does not follow a playlist that is hidden in the subtitles of an AVI', async () => {
    const avi = await readFile(await generateClip(at('plain.avi'), [testPicture('64x64', 25, 5)], ['-c:v', 'mpeg4']));
    const playlist = Buffer.from(
      '#EXTM3U\n#EXTINF:10.0,\nconcat:http://127.0.0.1:9/|file:///etc/passwd\n#EXT-X-ENDLIST\n',
    );
    const mark = avi.indexOf('movi') + 4;
    const chunk = Buffer.alloc(8 + playlist.length + (playlist.length & 1));
    chunk.write('01sb', 0, 'latin1');
    chunk.writeUInt32LE(playlist.length, 4);
    playlist.copy(chunk, 8);
    const forged = Buffer.concat([avi.subarray(0, mark), chunk, avi.subarray(mark)]);
    forged.writeUInt32LE(forged.length - 8, 4);
    await writeFile(at('gab2.avi'), forged);
    const source = await openVideoSource(at('gab2.avi'), DEFAULT_VIDEO_LIMITS);
    expect(source.probe).toMatchObject({ codec: 'mpeg4', width: 64 });
  });

  it.each([
    ['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * i * 31 + 7 * i + 129) & 255))],
    ['an empty file', Buffer.alloc(0)],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('refuses %s', async (_, bytes) => {
    await writeFile(at('not-a-video.mp4'), bytes);
    await expect(probeVideo(at('not-a-video.mp4'), DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({
      code: 'VIDEO_NOT_RECOGNISED',
    });
  });

  it.each([
    [
      'mp4',
      Buffer.concat([Buffer.from('00000018667479706d70343200000000', 'hex'), Buffer.alloc(8), Buffer.alloc(500, 0xa7)]),
    ],
    ['Matroska', Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(500, 0xa7)])],
    ['AVI', Buffer.concat([Buffer.from('RIFF\xf8\x01\x00\x00AVI ', 'latin1'), Buffer.alloc(500, 0xa7)])],
  ])('refuses noise behind the signature of %s', async (_, bytes) => {
    await writeFile(at('noise'), bytes);
    await expect(probeVideo(at('noise'), DEFAULT_VIDEO_LIMITS)).rejects.toMatchObject({
      code: expect.stringMatching(/^VIDEO_(CORRUPT|TRUNCATED|NO_STREAM)$/),
    });
  });
});
