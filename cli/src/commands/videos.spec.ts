import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Interruption } from '../interruption';
import { registerVideos } from './videos';

const VIDEO_ID = '11111111-1111-4111-8111-111111111111';
const RUN_ID = '22222222-2222-4222-8222-222222222222';
const VIDEO = {
  id: VIDEO_ID,
  fileName: 'clip.mp4',
  bytes: 5,
  codec: 'h264',
  width: 96,
  height: 64,
  durationSeconds: 0.12,
  frames: 3,
  decoding: { state: 'decoded', frames: 3, error: null },
  runs: 1,
};
const ROWS = [0, 1, 2].map((index) => ({ index, pts: index, seconds: index / 24, keyFrame: index === 0 }));

type Answer = { status?: number; json?: unknown; bytes?: string };

describe('propago videos and frames', () => {
  let server: Server;
  let folder: string;
  let asked: string[];
  let printed: string;
  let answer: (request: IncomingMessage, body: string) => Answer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-cli-videos-'));
    asked = [];
    printed = '';
    jest.spyOn(console, 'log').mockImplementation((line: string) => void (printed += `${line}\n`));
    server = createServer(async (request, response) => {
      const body = await text(request);
      asked.push(`${request.method} ${request.url}`);
      const { status = 200, json, bytes } = answer(request, body);
      response.statusCode = status;
      response.end(bytes ?? JSON.stringify(json));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function propago(...words: string[]): Promise<void> {
    const program = new Command();
    registerVideos(program, new Interruption());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await program.parseAsync([...words, '--server', url], { from: 'user' });
  }

  it('uploads a file as it is, and prints the id of the video', async () => {
    const file = join(folder, 'clip.mp4');
    await writeFile(file, 'movie');
    let form = '';
    answer = (_, body) => ((form = body), { status: 201, json: VIDEO });
    await propago('videos', 'upload', file);
    expect(asked).toEqual(['POST /v1/videos']);
    expect(form).toMatch(/name="video"; filename="clip.mp4"\r\n[^]*\r\n\r\nmovie\r\n--/);
    expect(printed).toBe(`${VIDEO_ID}\n`);
  });

  it('lists videos of all pages', async () => {
    const other = { ...VIDEO, id: RUN_ID, frames: null, decoding: { state: 'pending', error: null }, fileName: null };
    answer = ({ url }) => ({
      json: url!.includes('cursor') ? { items: [other], next: null } : { items: [VIDEO], next: 'c' },
    });
    await propago('videos', 'list');
    expect(printed.split('\n').map((line) => line.split(/ +/))).toEqual([
      ['id', 'size', 'frames', 'runs', 'name'],
      [VIDEO_ID, '96x64', '3', '1', 'clip.mp4'],
      [RUN_ID, '96x64', 'pending', '1'],
      [''],
    ]);
  });

  it('waits for a frame table that is still being made', async () => {
    const pages = [
      { items: ROWS.slice(0, 1), frames: null },
      { items: [], frames: null },
      { items: ROWS.slice(1), frames: 3 },
    ];
    answer = ({ url }) => ({
      json: url!.includes('/frames?') ? { ...pages.shift(), decoding: { state: 'decoding', error: null } } : VIDEO,
    });
    await propago('videos', 'frames', VIDEO_ID, '--json');
    expect(JSON.parse(printed)).toMatchObject(ROWS.map(({ index }) => ({ index })));
    expect(asked.at(-1)).toBe(`GET /v1/videos/${VIDEO_ID}/frames?limit=1000&cursor=0`);
  });

  it('says why a video has no frame table', async () => {
    const error = { code: 'VIDEO_CORRUPT', detail: 'Frame 7 is damaged.' };
    answer = ({ url }) => ({
      json: url!.includes('/frames?') ? { items: [], frames: null, decoding: { state: 'failed', error } } : VIDEO,
    });
    await expect(propago('videos', 'frames', VIDEO_ID)).rejects.toThrow('VIDEO_CORRUPT: Frame 7 is damaged.');
  });

  it('saves pictures of the frames of a run, at a width, and asks again for one that is not ready', async () => {
    let refusals = 1;
    answer = ({ url }) => {
      if (url === `/v1/videos/${RUN_ID}`) return { status: 404, json: { code: 'VIDEO_NOT_FOUND' } };
      if (url === `/v1/runs/${RUN_ID}`) return { json: { videoId: VIDEO_ID } };
      if (url!.includes('/frames?')) return { json: { items: ROWS, frames: 3, decoding: VIDEO.decoding } };
      if (url!.includes('image.jpg'))
        return refusals-- > 0 ? { status: 503, json: {} } : { bytes: `picture of ${url}` };
      return { json: VIDEO };
    };
    const out = join(folder, 'pictures');
    await propago('frames', RUN_ID, '--out', out, '--width', '48');
    expect((await readdir(out)).sort()).toEqual(['00000.jpg', '00001.jpg', '00002.jpg']);
    expect(await readFile(join(out, '00002.jpg'), 'utf8')).toBe(
      `picture of /v1/videos/${VIDEO_ID}/frames/2/image.jpg?width=48`,
    );
    expect(printed).toBe(`3 pictures: ${out}\n`);
  });

  it('saves only the frames that are asked for', async () => {
    answer = ({ url }) => (url!.includes('image.jpg') ? { bytes: 'x' } : { json: VIDEO });
    await propago('frames', VIDEO_ID, '--out', folder, '--frame', '2');
    expect(await readdir(folder)).toEqual(['00002.jpg']);
    expect(asked).toEqual([`GET /v1/videos/${VIDEO_ID}`, `GET /v1/videos/${VIDEO_ID}/frames/2/image.jpg`]);
  });

  it('deletes a video', async () => {
    answer = () => ({ status: 204, bytes: '' });
    await propago('videos', 'delete', VIDEO_ID);
    expect(asked).toEqual([`DELETE /v1/videos/${VIDEO_ID}`]);
  });
});
