import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { VideoFrame } from '@propago/database';
import { renderClip } from '@propago/sample-clip';
import {
  DEFAULT_VIDEO_LIMITS,
  encodeVideo,
  openVideoSource,
  type DecodedFrame,
  type VideoSource,
} from '@propago/video';
import { generateClip, testPicture } from '../../../libs/video/testing/generate-clip';
import type { FrameTableService } from './frame-table.service';
import { framesSince, type Continuation } from './frames-since';

jest.setTimeout(60_000);

const SIZE = { width: 96, height: 64 };
const FRAMES = 300;
// libx264 starts a group of pictures every 250 frames.
const KEY = 250;
const FIRST = 264;

describe('framesSince', () => {
  let folder: string;
  let source: VideoSource;
  let all: { index: number; pts: number; keyFrame: boolean; checksum: number }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-since-'));
    const file = join(folder, 'clip.mp4');
    const clip = async function* () {
      for (const { rgb } of renderClip({ ...SIZE, frames: FRAMES, objects: 1, seed: 4 })) yield rgb;
    };
    await encodeVideo(file, { ...SIZE, frameRate: 24 }, clip());
    source = await openVideoSource(file, DEFAULT_VIDEO_LIMITS);
    all = await seen(source.frames());
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function seen(frames: AsyncIterable<DecodedFrame>): Promise<typeof all> {
    const found: typeof all = [];
    for await (const { index, pts, keyFrame, rgb } of frames)
      found.push({ index, pts, keyFrame, checksum: crc32(rgb) });
    return found;
  }

  /** A table that knows the frames between a key frame and the first one that is wanted. */
  const tableOf = (change: (row: VideoFrame) => VideoFrame = (row) => row, frames = all.slice(KEY, FIRST)) => ({
    sinceKeyFrame: async () => {
      const rows = frames.map(({ pts, checksum, ...row }) =>
        change({ ...row, videoSha256: 'v', name: null, pts: BigInt(pts), checksum: BigInt(checksum) }),
      );
      return new Map(rows.map((row) => [row.index, row]));
    },
  });

  const since = (table: Pick<FrameTableService, 'sinceKeyFrame'>, continuation: Continuation) =>
    seen(framesSince(source, table as FrameTableService, continuation, new AbortController().signal));

  it('goes on from the key frame before, with the same frames under the same numbers', async () => {
    const continuation: Continuation = { videoSha256: 'v', first: FIRST };
    expect(await since(tableOf(), continuation)).toEqual(all.slice(FIRST));
    expect(continuation.fromTheMiddle).toBe(true);
  });

  it('goes on from the start where the middle has other frames than the table', async () => {
    const continuation: Continuation = { videoSha256: 'v', first: FIRST };
    const other = tableOf((row) => (row.index === FIRST - 1 ? { ...row, checksum: 1n } : row));
    expect(await since(other, continuation)).toEqual(all.slice(FIRST));
    expect(continuation.fromTheMiddle).toBeUndefined();
  });

  it.each(['piece.ts', 'piece.mkv'])(
    'goes on from the start in a film that was joined of %s twice: the other copy has the same frames at the same times',
    async (name) => {
      const piece = join(folder, name);
      const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '0'];
      await generateClip(piece, [testPicture('96x64', 25, 60)], h264);
      const bytes = await readFile(piece);
      const joined = join(folder, `joined-${name}`);
      await writeFile(joined, Buffer.concat([bytes, bytes]));
      const film = await openVideoSource(joined, DEFAULT_VIDEO_LIMITS);
      const frames = await seen(film.frames());
      expect(frames).toHaveLength(120);
      for (const first of [40, 80, 100]) {
        const key = frames.slice(0, first).findLastIndex(({ keyFrame }) => keyFrame);
        const table = tableOf(undefined, frames.slice(key, first)) as unknown as FrameTableService;
        const since = framesSince(film, table, { videoSha256: 'v', first }, new AbortController().signal);
        expect(await seen(since)).toEqual(frames.slice(first));
      }
    },
  );

  it('begins at the start where the table knows nothing', async () => {
    const empty = { sinceKeyFrame: async () => new Map<number, VideoFrame>() };
    expect(await since(empty, { videoSha256: 'v', first: 0 })).toEqual(all);
  });
});
