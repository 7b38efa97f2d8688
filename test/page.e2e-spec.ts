import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { repoRoot } from '@propago/local-stack';
import { Tab } from './support/browser';
import { chooserBy, drag, leave, PagePlatform, PATIENCE } from './support/page';
import { PageScreens, screensClip } from './support/page-screens';
import { pixelsOf, until, type RunResource } from './support/platform';
import { signInLink } from './support/sign-in-link';
import type { SmallClip } from './support/small-clip';

jest.setTimeout(300_000);

/** `UPDATE_SCREENSHOTS=1` puts the pictures of the documentation in place. */
const PICTURES = process.env.UPDATE_SCREENSHOTS ? join(repoRoot(), 'docs/page') : undefined;

let sut: PagePlatform;
let clip: SmallClip;
let screens: PageScreens | undefined;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'propago-page-'));
  clip = await screensClip();
  file = join(folder, 'crossing.mp4');
  await writeFile(file, clip.video);
  sut = await PagePlatform.shared();
});
afterAll(async () => {
  await sut?.stop();
  await rm(folder, { recursive: true, force: true });
});

type FinishedRun = Parameters<PagePlatform['finishedRun']>;
const finishedRun = (name: string, of: FinishedRun[1] = clip, more?: FinishedRun[2]) => sut.finishedRun(name, of, more);
const signedIn: PagePlatform['signedIn'] = (...args) => sut.signedIn(...args);
const asked = <T>(path: string) => sut.asked<T>(path);

describe('signing in', () => {
  it('by a link shows the runs, leaves no trace of the link in the address, and works once', async () => {
    const link = await signInLink(sut.closed.platform);
    const tab = await Tab.open(sut.browser, sut.url);
    await tab.goto(`/#sign-in=${link}`);
    await tab.page.getByRole('link', { name: 'Runs', exact: true }).waitFor();
    expect(tab.page.url()).toBe(`${sut.url}/`);
    expect(await tab.page.evaluate('document.cookie')).toBe('');
    await tab.page.reload();
    await tab.page.getByRole('link', { name: 'Runs', exact: true }).waitFor();
    await leave(tab);
    const second = await Tab.open(sut.browser, sut.url);
    await second.goto(`/#sign-in=${link}`);
    await second.page.getByText('The sign-in link has been used, or is too old.').waitFor();
    await leave(second);
  });

  it('is refused in the words of the error table, and ends with signing out', async () => {
    const tab = await Tab.open(sut.browser, sut.url);
    await tab.goto('/');
    await tab.page.getByLabel('API key').fill('pgo_nonsense');
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
    await tab.page.getByText('The API key is not known.').waitFor();
    await leave(tab);
    const other = await signedIn();
    await other.page.getByRole('button', { name: /account/ }).click();
    await other.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await other.page.getByLabel('API key').waitFor();
    await leave(other);
  });

  it('shows a tenant its own runs only', async () => {
    const { id } = await finishedRun('Seen by its tenant');
    const stranger = await sut.closed.keyText({ tenant: 'stranger', scopes: ['runs:read'] });
    const tab = await signedIn('/', {}, stranger);
    await tab.page.getByText('No runs yet').waitFor();
    await tab.goto(`/runs/${id}`);
    await tab.page.getByText('There is no such run').waitFor();
    await leave(tab);
  });
});

describe('the list of runs', () => {
  /** A tab that is told of so many runs, each answer after a time. */
  async function toldOf(runs: number, delayMs: number) {
    const run = await asked<RunResource>(`/v1/runs/${(await finishedRun('Listed')).id}`);
    const all = Array.from({ length: runs }, (_, i) => ({ ...run, id: randomUUID(), name: `Run ${i}` }));
    const seen = { asked: 0, under: 0, most: 0 };
    const tab = await Tab.open(sut.browser, sut.url);
    await tab.page.route(
      ({ pathname }) => pathname === '/v1/runs',
      async (route) => {
        seen.asked++;
        seen.most = Math.max(seen.most, ++seen.under);
        const { searchParams } = new URL(route.request().url());
        const first = Number(searchParams.get('cursor') ?? 0);
        const end = Math.min(runs, first + Number(searchParams.get('limit')));
        await sleep(delayMs);
        seen.under--;
        await route.fulfill({ json: { items: all.slice(first, end), next: end < runs ? String(end) : null } });
      },
    );
    await tab.goto('/');
    await tab.page.getByLabel('API key').fill(sut.key);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
    await tab.page.locator('.run').first().waitFor(PATIENCE);
    return { tab, seen };
  }

  it('goes on as long as there are more, and says where a search has not seen all', async () => {
    const { tab } = await toldOf(250, 0);
    const search = tab.page.getByRole('searchbox', { name: 'Search runs' });
    await search.fill('no run is called that');
    await tab.page.getByText('None of the newest 100 runs fits').waitFor();
    await tab.page.getByRole('button', { name: 'Show more' }).click();
    await tab.page.getByText('None of the newest 200 runs fits').waitFor(PATIENCE);
    await tab.page.getByRole('button', { name: 'Show more' }).click();
    await tab.page.getByText('No run fits this search').waitFor(PATIENCE);
    await search.fill('');
    await until('all are listed', async () => (await tab.page.locator('.run').count()) === 250);
    await leave(tab);
  });

  it('is not asked for again before the answer has come, and less often where answers take long', async () => {
    const { tab, seen } = await toldOf(1, 3000);
    const before = seen.asked;
    await until('it is asked for again', () => Promise.resolve(seen.asked > before));
    expect(seen.most).toBe(1);
    await leave(tab);
  });
});

describe('the way from a video to corrected masks', () => {
  it('uploads, paints two objects, starts, shows masks while it runs, and corrects a frame', async () => {
    const tab = await signedIn();
    const { page } = tab;
    await page.getByRole('button', { name: 'New run' }).first().click();
    await page.locator('input[type=file]').setInputFiles(file);
    const stage = page.locator('canvas.stage');
    await stage.waitFor(PATIENCE);
    await page.getByText('Waiting for frame 0').waitFor({ state: 'detached', ...PATIENCE });
    await drag(tab, clip, [0.25, 0.4], [0.4, 0.6]);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    // The second object is seen better later on.
    await page.keyboard.press('v');
    await page.locator('canvas.stage[data-frame="10"]').waitFor(PATIENCE);
    await page.getByText('Waiting for frame 10').waitFor({ state: 'detached', ...PATIENCE });
    await drag(tab, clip, [0.7, 0.4], [0.8, 0.6]);
    await page.getByRole('button', { name: 'Change object 2' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('cyclist');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Name of the run').fill('Painted in the page');
    await page.getByRole('button', { name: 'Start with 2 objects' }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/, PATIENCE);
    await page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    const id = page.url().split('/').at(-1)!;
    await page.getByRole('status').getByText('Done').waitFor(PATIENCE);
    expect(await asked(`/v1/runs/${id}/prompts`)).toMatchObject({
      items: [
        { frame: 0, objects: [{ id: 1 }] },
        { frame: 10, objects: [{ id: 2 }] },
      ],
    });
    expect(await asked(`/v1/runs/${id}/objects`)).toMatchObject({
      items: [{ id: 1 }, { id: 2, name: 'cyclist', colour: '#3898ff' }],
    });

    for (let i = 0; i < 5; i++) await page.keyboard.press('f');
    await page.locator('canvas.stage[data-frame="5"]').waitFor(PATIENCE);
    await page.keyboard.press('2');
    await drag(tab, clip, [0.1, 0.9], [0.2, 0.9]);
    await page.keyboard.press('Control+z');
    await drag(tab, clip, [0.45, 0.2], [0.55, 0.2]);
    await page.getByRole('button', { name: 'Correct frame 5' }).click();
    await page.getByText('Frame 5 is corrected').waitFor(PATIENCE);
    await until('the corrected run is done', async () => {
      const { state, revision } = await asked<RunResource>(`/v1/runs/${id}`);
      return state === 'succeeded' && revision === 2;
    });
    expect(await asked(`/v1/runs/${id}/prompts`)).toMatchObject({
      items: [{ frame: 0 }, { frame: 5, objects: [{ id: 2, isAbsent: false }] }, { frame: 10 }],
    });
    const png = await sut.bytes(`/v1/runs/${id}/frames/5/mask.png`);
    const { samples, width } = pixelsOf(png);
    const at = (x: number, y: number) => samples[Math.round(y * clip.height) * width + Math.round(x * clip.width)];
    expect([at(0.5, 0.2), at(0.15, 0.9)]).toEqual([2, 0]);
    await leave(tab);
  });

  it('can be walked with the keyboard alone', async () => {
    const tab = await signedIn();
    const { page } = tab;
    const tabTo = async (name: string): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        const focused = await page.evaluate<string>(
          `((focus) => (focus === document.body ? '' : (focus.getAttribute('aria-label') ?? focus.textContent)))(document.activeElement)`,
        );
        if (focused.includes(name)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`The focus never came to ${name}.`);
    };
    await tabTo('New run');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Choose files' }).waitFor();
    await tabTo('Choose files');
    const chooser = await chooserBy(page, () => page.keyboard.press('Enter'));
    await chooser.setFiles(file);
    await page.locator('canvas.stage').waitFor(PATIENCE);
    await tabTo('Frame 0');
    await page.keyboard.press('Space');
    await page.keyboard.press('a');
    await tabTo('Frame 0');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Space');
    await tabTo('Start with 2 objects');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/, PATIENCE);
    await page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    await page.keyboard.press('f');
    await page.locator('canvas.stage[data-frame="1"]').waitFor(PATIENCE);
    await leave(tab);
  });

  it('keeps paint that was not sent when the tab is closed', async () => {
    const { id } = await finishedRun('Left half painted');
    const tab = await signedIn(`/runs/${id}`);
    await tab.page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    await drag(tab, clip, [0.4, 0.9], [0.6, 0.9]);
    await tab.page.getByRole('button', { name: 'Correct frame 0' }).waitFor();
    await tab.page.reload();
    await tab.page.getByRole('button', { name: 'Correct frame 0' }).waitFor(PATIENCE);
    await leave(tab);
  });

  it('takes labels from a mask, and from LabelMe with names, and says why not from others', async () => {
    const tab = await signedIn('/new');
    const { page } = tab;
    await page.locator('input[type=file]').setInputFiles(file);
    await page.locator('canvas.stage').waitFor(PATIENCE);
    const take = async (name: string, content: Buffer | object): Promise<void> => {
      const chooser = await chooserBy(page, () => page.getByRole('button', { name: 'Import' }).click());
      const buffer = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
      await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer });
    };
    await take('notes.json', { hello: 'world' });
    await page.getByText('notes.json is neither of LabelMe').waitFor(PATIENCE);
    await take('mask.png', clip.mask);
    await page.getByText('Frame 0 has the labels of mask.png').waitFor(PATIENCE);
    const [left, right] = [clip.width - 40, clip.width - 10];
    const points = [
      [left, 5],
      [right, 5],
      [right, 25],
      [left, 25],
    ];
    await take('kite.json', { shapes: [{ label: 'kite', shape_type: 'polygon', points }] });
    await page.getByText('Frame 0 has the labels of kite.json').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Start with 3 objects' }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/, PATIENCE);
    const id = page.url().split('/').at(-1)!;
    const { samples } = pixelsOf(await sut.bytes(`/v1/runs/${id}/prompts/0/mask.png`));
    const expected = clip.truth[0]!.slice();
    for (let y = 5; y < 25; y++) expected.fill(3, y * clip.width + left, y * clip.width + right);
    expect(Buffer.from(samples)).toEqual(Buffer.from(expected));
    expect(await asked(`/v1/runs/${id}/objects`)).toMatchObject({
      items: [{ id: 1 }, { id: 2 }, { id: 3, name: 'kite' }],
    });
    await leave(tab);
  });

  it('takes pictures as the frames of a video', async () => {
    const tab = await signedIn('/new');
    const { page } = tab;
    const pictures = await Promise.all(
      clip.frames.slice(0, 3).map(async (rgb, i) => ({
        name: `walk-${i}.png`,
        mimeType: 'image/png',
        buffer: await sharp(rgb, { raw: { width: clip.width, height: clip.height, channels: 3 } })
          .png()
          .toBuffer(),
      })),
    );
    await page.locator('input[type=file]').setInputFiles(pictures);
    await page.waitForURL(/\/new\/[0-9a-f-]{36}$/, PATIENCE);
    const id = page.url().split('/').at(-1)!;
    await until('its frames are known', async () => {
      const { frames } = await asked<{ frames: number | null }>(`/v1/videos/${id}`);
      return frames === 3;
    });
    await leave(tab);
  });

  it('has a sample clip at hand, whose objects are painted', async () => {
    const tab = await signedIn('/new');
    const { page } = tab;
    await page.getByRole('button', { name: 'Try the sample clip' }).click();
    await page.getByRole('button', { name: 'Start with 3 objects' }).waitFor(PATIENCE);
    await page.getByText('Waiting for frame 0').waitFor({ state: 'detached', ...PATIENCE });
    await leave(tab);
  });

  it('deletes a run, and brings it back until the notice is gone', async () => {
    const { id } = await finishedRun('Deleted by mistake');
    const tab = await signedIn();
    const row = tab.page.getByRole('link', { name: 'Deleted by mistake' });
    await tab.page.getByRole('button', { name: 'Delete Deleted by mistake' }).click();
    await row.waitFor({ state: 'detached' });
    await tab.page.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    await tab.page.getByRole('button', { name: 'Delete Deleted by mistake' }).click();
    await until('the run is gone', async () => (await sut.closed.get(`/v1/runs/${id}`, sut.key)).status === 404);
    await leave(tab);
  });
});

describe('the workbench', () => {
  it('has files made in a format, says what was lost, gives them away and deletes them', async () => {
    const { id } = await finishedRun('Exported');
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.getByRole('tab', { name: 'Export' }).click();
    await page.getByRole('button', { name: /Format/ }).click();
    expect(await page.getByRole('option').count()).toBe(17);
    await page.getByRole('option', { name: /CVAT for video/ }).click();
    await page.getByText('Polygons have no holes: they are filled.').waitFor();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const download = page.getByRole('link', { name: 'Download CVAT for video 1.1' });
    await download.waitFor(PATIENCE);
    await page.getByText(/^Mean J to the masks 0\.9\d\d, lowest 0\.\d+ \(frame \d+, Object \d\)/).waitFor();
    const href = (await download.getAttribute('href'))!;
    expect(await (await sut.closed.get(href, sut.key)).text()).toContain('<track');
    const [file] = await Promise.all([page.waitForEvent('download'), download.click()]);
    expect(file.suggestedFilename()).toBe(`Exported-${id.slice(0, 8)}-cvat-xml.xml`);
    // The lines for programs fetch the same file, under the same name.
    const lines = (await page.getByLabel('curl for this export').textContent())!;
    await promisify(execFile)('bash', ['-c', lines], {
      cwd: folder,
      env: { ...process.env, PROPAGO_API_KEY: sut.key },
    });
    expect(await readFile(join(folder, file.suggestedFilename()), 'utf8')).toContain('<track');
    await page.getByRole('button', { name: 'Delete CVAT for video 1.1' }).click();
    await download.waitFor({ state: 'detached' });
    expect(await asked(`/v1/runs/${id}/exports`)).toEqual({ items: [] });
    await leave(tab);
  });

  it('gives an object a name and a colour, and deletes it when it was asked twice', async () => {
    const { id } = await finishedRun('Named');
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.getByRole('button', { name: 'Change object 2' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('A cyclist with a rather long name');
    await page.getByRole('option').nth(6).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Change A cyclist' }).waitFor(PATIENCE);
    const chosen = { id: 2, name: 'A cyclist with a rather long name', colour: '#00ced1' };
    expect(await asked(`/v1/runs/${id}/objects`)).toMatchObject({ items: [{ id: 1 }, chosen] });
    await until('its masks have the colour', async () => {
      return (await asked<RunResource>(`/v1/runs/${id}`)).state === 'succeeded';
    });
    await page.getByRole('button', { name: 'Change A cyclist' }).click();
    await page.getByRole('button', { name: /^Delete A cyclist/ }).click();
    await page.getByText('It is taken out of every frame').waitFor();
    await page.getByRole('button', { name: /^Delete A cyclist/ }).click();
    await page.getByRole('button', { name: 'Change A cyclist' }).waitFor({ state: 'detached', ...PATIENCE });
    expect(await asked(`/v1/runs/${id}/objects`)).toMatchObject({ items: [{ id: 1 }] });
    await leave(tab);
  });

  it('leads to the frames whose correction would help most, with the reason', async () => {
    const { id } = await finishedRun('Doubted');
    const { items } = await asked<{ items: { frame: number; reason: string }[] }>(`/v1/runs/${id}/suggestions?count=6`);
    expect(items.length).toBeGreaterThan(0);
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    const look = page.getByRole('region', { name: 'Where to look next' });
    await look.waitFor(PATIENCE);
    expect(await look.getByRole('button').count()).toBe(items.length);
    for (const { frame, reason } of items.slice(0, 3)) {
      await page.keyboard.press('n');
      await page.locator(`canvas.stage[data-frame="${frame}"]`).waitFor(PATIENCE);
      await page.locator('.stage-note').getByText(reason).waitFor();
    }
    await leave(tab);
  });

  it('shows key points over the picture', async () => {
    const joints = clip.joints[0]!.map((points, i) => ({
      id: i + 1,
      points: points.map(({ x, y, isVisible }, k) => ({
        name: `p${k}`,
        x,
        y,
        visibility: isVisible ? 'visible' : 'hidden',
      })),
    }));
    const objects = joints.map(({ id, points }) => ({
      id,
      points: points.map(({ name }) => name),
      skeleton: points.slice(1).map(({ name }) => ['p0', name]),
    }));
    const keypoints = { objects, frames: [{ frame: 0, objects: joints }] };
    const { id } = await finishedRun('Joints', { video: clip.video, keypoints });
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.locator('canvas.stage[data-keypoints="2"]').waitFor(PATIENCE);
    await page.getByRole('button', { name: /Object 1 \d of \d/ }).waitFor(PATIENCE);
    // A point is dragged, and the frame is said with all others as they were.
    const { x, y } = clip.joints[0]![0]![1]!;
    const at = (dx: number): [number, number] => [(x + dx) / clip.width, y / clip.height];
    await page.getByRole('button', { name: /Object 1 \d of \d/ }).click();
    await drag(tab, clip, at(0), at(20));
    await page.getByRole('button', { name: 'Correct frame 0' }).click();
    await page.getByText('Frame 0 is corrected').waitFor(PATIENCE);
    const { items } = await asked<{ items: { objects: { id: number; points: { name: string; x: number }[] }[] }[] }>(
      `/v1/runs/${id}/prompts`,
    );
    const said = items[0]!.objects.find((one) => one.id === 1)!.points;
    const isMoved = ({ name }: { name: string }) => name === 'p1';
    expect(Math.abs(said.find(isMoved)!.x - x - 20)).toBeLessThan(2);
    expect(said.find((point) => point.name === 'p0')!.x).toBeCloseTo(clip.joints[0]![0]![0]!.x, 3);
    await sut.succeeded(id);
    await leave(tab);
  });

  it('compares with another run of the video: cut by a wipe or side by side, in figures, where they differ most', async () => {
    const { id } = await finishedRun('Compared');
    // The objects have changed places: nothing agrees on the first frame.
    const swapped = clip.truth[0]!.map((label) => (label === 0 ? 0 : 3 - label));
    const { width, height } = clip;
    const mask = encodeIndexedPng({ width, height, indices: swapped, palette: VOC_PALETTE });
    const other = await finishedRun('Swapped', { ...clip, mask });
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    await page.getByRole('tab', { name: 'Compare' }).click();
    await page.getByRole('button', { name: /Compare with/ }).click();
    await page.getByRole('option', { name: 'Swapped' }).click();
    await page.locator('canvas.compare-stage[data-compared=wipe]').waitFor(PATIENCE);
    const figures = page.getByRole('region', { name: 'Agreement' });
    await figures.getByText('J 0.000').first().waitFor(PATIENCE);
    expect(await figures.getByText('J 0.000').count()).toBe(2);
    await page.getByRole('button', { name: 'Look through all frames' }).click();
    const differences = page.getByRole('region', { name: 'Largest differences' });
    await differences.getByRole('button').first().click(PATIENCE);
    await page.getByRole('radio', { name: 'Side by side' }).click();
    await page.locator('canvas.compare-stage[data-compared=side]').waitFor(PATIENCE);
    expect(other.id).not.toBe(id);
    await leave(tab);
  });

  it('makes a run again by another preset, with the same objects and prompts', async () => {
    const objects = [{ id: 2, name: 'cyclist' }];
    const { id } = await finishedRun('Made twice', { ...clip, objects });
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.getByRole('tab', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Run again with another version' }).click();
    await page.getByRole('button', { name: /Preset/ }).click();
    await page.getByRole('option', { name: /^vfs/ }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Open' }).click(PATIENCE);
    await page.waitForURL((url) => url.pathname.startsWith('/runs/') && !url.pathname.endsWith(id), PATIENCE);
    const again = page.url().split('/').at(-1)!;
    expect(await asked(`/v1/runs/${again}`)).toMatchObject({ preset: 'vfs', name: 'Made twice, again' });
    const prompts = (of: string) => sut.bytes(`/v1/runs/${of}/prompts/0/mask.png`).then(pixelsOf);
    expect((await prompts(again)).samples).toEqual((await prompts(id)).samples);
    expect(await asked(`/v1/runs/${again}/objects`)).toMatchObject({ items: [{ id: 1 }, { id: 2, name: 'cyclist' }] });
    await leave(tab);
  });
});

describe('administration', () => {
  it('is not there for keys without the scope', async () => {
    const tab = await signedIn('/', {}, await sut.closed.keyText({ scopes: ['runs:read'] }));
    expect(await tab.page.getByRole('link', { name: 'Models' }).count()).toBe(0);
    expect(await tab.page.getByRole('button', { name: 'New run' }).count()).toBe(0);
    await tab.goto('/models');
    await tab.page.getByText('Models are for administrators').waitFor();
    await leave(tab);
  });
});

// The other two are in page-looks.long-spec.ts.
describe.each([
  ['dark', { colorScheme: 'dark' }],
  ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
] as const)('every screen (%s)', (look, options) => {
  it('has no serious finding of axe, and scrolls in no direction that it should not', async () => {
    screens ??= await PageScreens.on(sut, clip);
    await screens.expectSound(options, async (page, name) => {
      if (!PICTURES || name.startsWith('many-')) return;
      await page.screenshot({ path: join(PICTURES, `${name}-${look}.jpg`), type: 'jpeg', quality: 82 });
    });
  });
});

describe('the system', () => {
  it('says who works, since when, and with what', async () => {
    const tab = await signedIn('/system');
    const workers = tab.page.getByRole('region', { name: 'Workers' });
    for (const service of ['gateway', 'ingest', 'propagation', 'results', 'models']) {
      await workers.getByRole('cell', { name: service, exact: true }).first().waitFor(PATIENCE);
    }
    await workers.getByRole('row', { name: /^features .*conv-descriptor:1/ }).waitFor(PATIENCE);
    await leave(tab);
  });

  it('is not shown to who may not administer', async () => {
    const key = await sut.closed.keyText({ scopes: ['runs:read'] });
    const tab = await signedIn('/system', {}, key);
    await tab.page.getByText('The system is for administrators').waitFor();
    await leave(tab);
  });
});

describe('a run that has failed', () => {
  it('says why, with the code, where its masks would be', async () => {
    const video = Buffer.from(clip.video);
    video.fill(0xaa, Math.floor(video.length / 3), Math.floor((video.length * 2) / 3));
    const { id } = await sut.acceptedRun('Damaged', { ...clip, video });
    await until('it has failed', async () => (await asked<RunResource>(`/v1/runs/${id}`)).state === 'failed');
    const tab = await signedIn(`/runs/${id}`);
    await tab.page.locator('.stage-failure').getByText('VIDEO_CORRUPT').waitFor(PATIENCE);
    await leave(tab);
  });
});

describe('what the server sends', () => {
  it('is a page without code in it, with a policy that forbids any, and parts that never change', async () => {
    const answer = await fetch(`${sut.url}/`);
    const html = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(html).not.toMatch(/<style|style=|<script(?![^>]* src="\/assets\/)/);
    const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
    expect(scripts.length).toBeGreaterThan(0);
    let bytes = 0;
    for (const path of scripts) {
      const script = await fetch(`${sut.url}${path}`);
      expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const { gzipSync } = await import('node:zlib');
      bytes += gzipSync(Buffer.from(await script.arrayBuffer())).length;
    }
    // What is loaded before the first screen.
    expect(bytes).toBeLessThan(300_000);
  });

  it('is the page at the address of every screen, and a problem elsewhere', async () => {
    for (const path of ['/', '/new', '/new/some-video', '/runs/some-run', '/models', '/training', '/system']) {
      expect([path, (await fetch(`${sut.url}${path}`)).headers.get('content-type')]).toEqual([
        path,
        'text/html; charset=utf-8',
      ]);
    }
    expect((await fetch(`${sut.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${sut.url}/assets/..%2findex.html`)).status).toBeGreaterThanOrEqual(400);
    expect(existsSync(join(repoRoot(), 'dist/web/index.html'))).toBe(true);
  });
});
