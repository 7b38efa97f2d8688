import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateClip, testPicture } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { AS_FFV1 } from './foreign-file';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource } from './source';

jest.setTimeout(30_000);

describeWithFfmpeg('a file that is no video which is read', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-foreign-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const said = async (path: string): Promise<{ code: string; message: string }> =>
    openVideoSource(path, DEFAULT_VIDEO_LIMITS).then(
      () => {
        throw new Error('it was read');
      },
      (error: { code: string; message: string }) => error,
    );

  it.each([
    ['x.gif', [], 'is a GIF'],
    ['x.flv', ['-c:v', 'flv'], 'is an FLV video'],
    ['x.wmv', ['-c:v', 'wmv2'], 'is a Windows Media video'],
    ['x.mpg', ['-c:v', 'mpeg2video'], 'is an MPEG program stream'],
    ['x.y4m', ['-pix_fmt', 'yuv420p'], 'is a Y4M video'],
    ['x.264', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-f', 'h264'], 'without a container'],
    ['x.m2v', ['-c:v', 'mpeg2video', '-f', 'mpeg2video'], 'without a container'],
    ['x.mxf', ['-c:v', 'mpeg2video'], 'is an MXF video'],
    ['qtrle.mov', ['-c:v', 'qtrle'], 'codec qtrle is not supported'],
  ])('is named, and its way out gives all of its frames: %s', async (name, codec, what) => {
    const path = await generateClip(join(folder, name), [testPicture('160x120', 25, 8)], codec);
    const { code, message } = await said(path);
    expect(code).toBe('VIDEO_NOT_RECOGNISED');
    expect(message).toContain(what);
    expect(message).toContain(AS_FFV1);
    const [program, ...words] = AS_FFV1.replace('FILE', path).replace('video.mkv', `${path}.mkv`).split(' ');
    await promisify(execFile)(program!, ['-v', 'error', ...words]);
    const source = await openVideoSource(`${path}.mkv`, DEFAULT_VIDEO_LIMITS);
    let frames = 0;
    for await (const { index } of source.frames()) frames = index + 1;
    expect(frames).toBe(8);
  });

  it.each([
    ['a JPEG picture', '\xff\xd8\xff\xe0', 'zip of JPEG or PNG files'],
    ['a PNG picture', '\x89PNG\r\n\x1a\n', 'zip of JPEG or PNG files'],
    ['a TIFF picture', 'II*\0', 'zip of JPEG or PNG files'],
    ['a RAR archive', 'Rar!\x1a\x07', 'send the frames as a zip'],
    ['a compressed file or archive', '\x1f\x8b\x08', 'send the frames as a zip'],
    ['sound (MP3, FLAC)', 'ID3\x04', 'it holds no frames'],
  ])('is named where it is %s', async (what, start, advice) => {
    const path = join(folder, 'foreign');
    await writeFile(path, Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(600)]));
    const { code, message } = await said(path);
    expect(code).toBe('VIDEO_NOT_RECOGNISED');
    expect(message).toContain(`The file is ${what}, which is not read here; `);
    expect(message).toContain(advice);
  });
});
