import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clip, generateClip, testPicture, tone } from '../testing/generate-clip';
import { describeWithFfmpeg } from '../testing/with-ffmpeg';
import { DEFAULT_VIDEO_LIMITS } from './limits';
import { openVideoSource } from './source';

// Starting processes on a busy machine takes longer than Jest allows by default.
jest.setTimeout(30_000);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];

describeWithFfmpeg('a film beside streams that nobody wants', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-streams-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  let film: string;
  beforeAll(async () => {
    film = await generateClip(at('film.mp4'), [testPicture('160x120', 25, 12)], H264);
  });

  /** Frames that come of the chosen stream; every one must be of the film. */
  async function framesOfFilm(path: string): Promise<number> {
    const source = await openVideoSource(path, DEFAULT_VIDEO_LIMITS);
    expect(source.probe).toMatchObject({ codec: 'h264', width: 160, height: 120 });
    let count = 0;
    for await (const { index } of source.frames()) count = index + 1;
    return count;
  }

  it.each([
    ['png', 'mp4', '64x64'],
    ['mjpeg', 'mp4', '64x64'],
    ['mjpeg', 'mkv', '5000x5000'],
    ['png', 'mkv', '5000x5000'],
    ['gif', 'mkv', '64x64'],
    ['tiff', 'mkv', '64x64'],
  ])('decodes a film with a cover coded by %s in %s', async (codec, container, size) => {
    const cover = { demuxer: 'lavfi' as const, url: `color=red:s=${size}:r=25:d=0.04` };
    const path = await generateClip(
      at(`cover-${codec}.${container}`),
      [clip(film), cover],
      ['-map', '1', '-map', '0', '-c:v:1', 'copy', '-c:v:0', codec, '-disposition:v:0', 'attached_pic'],
    );
    expect(await framesOfFilm(path)).toBe(12);
  });

  it.each([
    ['tta', 'mkv'],
    ['wavpack', 'mkv'],
    ['opus', 'mkv'],
    ['s302m', 'ts'],
    ['mp2', 'ts'],
    ['alac', 'mov'],
    ['adpcm_ima_qt', 'mov'],
    ['wmav2', 'avi'],
  ])('decodes a film with sound coded by %s in %s', async (codec, container) => {
    const sound = ['-map', '0', '-map', '1', '-c:v', 'copy', '-c:a', codec, '-ar', '44100', '-strict', '-2'];
    if (codec === 's302m' || codec === 'opus') sound.push('-ar', '48000', '-ac', '2');
    const path = await generateClip(at(`sound-${codec}.${container}`), [clip(film), tone(1)], sound);
    expect(await framesOfFilm(path)).toBe(12);
  });

  it('takes the film that is flagged as default, not the picture before it', async () => {
    const flags = ['-disposition:v:0', '0', '-disposition:v:1', 'default'];
    const path = await generateClip(
      at('thumbnail.mkv'),
      [testPicture('320x240', 25, 1), clip(film)],
      ['-map', '0', '-map', '1', '-c:v:0', 'mjpeg', '-c:v:1', 'copy', ...flags],
    );
    expect(await framesOfFilm(path)).toBe(12);
  });

  it('takes the larger one where no flag tells', async () => {
    const path = await generateClip(
      at('two.mp4'),
      [testPicture('64x48', 25, 12), clip(film)],
      ['-map', '0', '-map', '1', '-c:v:0', 'mpeg4', '-c:v:1', 'copy'],
    );
    expect(await framesOfFilm(path)).toBe(12);
  });

  it('decodes a film beside one whose codec is not accepted', async () => {
    const flags = ['-disposition:v:0', '0', '-disposition:v:1', 'default'];
    const path = await generateClip(
      at('flash.mkv'),
      [testPicture('64x48', 25, 12), clip(film)],
      ['-map', '0', '-map', '1', '-c:v:0', 'flashsv', '-c:v:1', 'copy', ...flags],
    );
    expect(await framesOfFilm(path)).toBe(12);
  });
});
