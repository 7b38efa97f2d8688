import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Platform, type Problem } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { zipOf } from './support/zip';

const FOLDER = path.resolve(__dirname, '../../shared/data/judo-late-objects');
/** Each object by the frame whose mask brings it. */
const FIRST_FRAMES = { 1: 0, 2: 5, 3: 8, 4: 13 } as const;
const SMALL = { inputSize: { kind: 'short-side', shortSide: 192, multipleOf: 16, rounding: 'nearest' } };

const present = existsSync(FOLDER);
const title = (what: string) => (present ? what : `${what}: skipped, there is no ../shared`);

(present ? describe : describe.skip)(title('a clip in which objects appear one after the other'), () => {
  let platform: Platform;
  let video: Buffer;
  const masks = Object.fromEntries(
    [5, 8, 13].map((frame) => [frame, () => readFileSync(path.join(FOLDER, `Annotations/${padded(frame)}.png`))]),
  );

  function padded(frame: number): string {
    return String(frame).padStart(5, '0');
  }

  const request = () => ({
    video,
    fileName: 'judo.zip',
    mask: readFileSync(path.join(FOLDER, 'Annotations/00000.png')),
    masks: Object.fromEntries(Object.entries(masks).map(([frame, read]) => [frame, read()])),
    options: { parameters: SMALL },
  });

  const objectsByFrame = async (id: string): Promise<number[][]> => {
    const { items } = await platform.json<{ items: { classes: { id: number; area: number }[] }[] }>(
      `/v1/runs/${id}/frames?limit=100`,
    );
    return items.map(({ classes }) => classes.filter(({ area }) => area > 0).map(({ id: object }) => object));
  };

  beforeAll(async () => {
    const frames = path.join(FOLDER, 'JPEGImages');
    video = await zipOf(readdirSync(frames).map((name) => ({ name, bytes: readFileSync(path.join(frames, name)) })));
    platform = await sharedPlatform();
  }, 60_000);
  afterAll(() => platform?.stop());

  it('is refused for the mask that is a column too narrow, with what fits', async () => {
    const answer = await platform.postRun(request());
    const { code, detail } = (await answer.json()) as Problem;
    expect(code).toBe('MASK_SIZE_MISMATCH');
    expect(detail).toMatch(
      /^frame 5: The mask is 853x480 and the video is 854x480\..*scale the mask to 854x480.*fit=nearest/,
    );
  });

  it('has each object from its first frame on, and earlier when asked', async () => {
    const { id } = await platform.succeededRun({ ...request(), fit: 'nearest' });
    const late = await objectsByFrame(id);
    expect(late).toHaveLength(16);
    late.forEach((objects, frame) => {
      for (const [object, first] of Object.entries(FIRST_FRAMES)) {
        if (frame < first) expect(objects).not.toContain(Number(object));
      }
    });
    for (const [object, first] of Object.entries(FIRST_FRAMES)) expect(late[first]).toContain(Number(object));

    const objects = [2, 3, 4].map((object) => ({ id: object, isTracedBack: true }));
    const back = await platform.succeededRun({ ...request(), fit: 'nearest', objects });
    const traced = await objectsByFrame(back.id);
    for (const [object, first] of Object.entries(FIRST_FRAMES).slice(1)) {
      expect(traced[first - 1]).toContain(Number(object));
    }
  }, 240_000);
});
