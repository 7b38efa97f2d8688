import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Tab } from './support/browser';
import { CutProxy } from './support/cut-proxy';
import { chooserBy, drag, leave, PagePlatform, PATIENCE } from './support/page';
import { until, type RunResource } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { padded } from './support/tus-upload';

jest.setTimeout(300_000);

const MIB = 2 ** 20;

/** What a browser writes into its console when a connection ends: that is what these tests are about. */
const OF_THE_CABLE = /net::ERR_|Failed to fetch|the server responded with a status/;

let sut: PagePlatform;
let proxy: CutProxy;
let clip: SmallClip;

beforeAll(async () => {
  sut = await PagePlatform.start();
  proxy = await CutProxy.to(sut.url);
  clip = await smallClip({ width: 320, height: 192, frames: 48, objects: 2, seed: 4 });
});
afterEach(() => proxy.mend());
afterAll(async () => {
  await proxy?.close();
  await sut?.stop();
});

async function signedIn(path: string): Promise<Tab> {
  const tab = await Tab.open(sut.browser, proxy.url);
  await tab.goto(path);
  await tab.page.getByLabel('API key').fill(sut.key);
  await tab.page.getByRole('button', { name: 'Sign in' }).click();
  await tab.page.getByRole('link', { name: 'Runs', exact: true }).waitFor();
  return tab;
}

async function closed(tab: Tab): Promise<void> {
  const others = tab.complaints.filter((complaint) => !OF_THE_CABLE.test(complaint));
  tab.complaints.splice(0, Infinity, ...others);
  await leave(tab);
}

describe('a connection that is lost', () => {
  it('is said and comes back by itself: the run is followed to its end, also through a gateway that is killed', async () => {
    // Nothing is encoded until the cable has been cut and mended.
    const { services } = sut.closed.platform.stack;
    await services.kill('features');
    const { id } = await sut.acceptedRun('Followed', clip);
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.getByRole('status').getByText('Running').waitFor(PATIENCE);
    proxy.cut();
    await page.getByText('Connection lost, trying again').waitFor(PATIENCE);
    proxy.mend();
    await page.getByText('Connection lost, trying again').waitFor({ state: 'detached', ...PATIENCE });
    await services.kill('gateway');
    await page.getByText('Connection lost, trying again').waitFor(PATIENCE);
    await services.restart('gateway');
    await page.getByText('Connection lost, trying again').waitFor({ state: 'detached', ...PATIENCE });
    await services.restart('features');
    await page.getByRole('status').getByText('Done').waitFor(PATIENCE);
    await page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    await closed(tab);
  });

  it('loses no paint: it is sent when the server is back, and is there after the tab was closed', async () => {
    const { id } = await sut.finishedRun('Painted offline', clip);
    const tab = await signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    proxy.cut();
    await drag(tab, clip, [0.4, 0.9], [0.6, 0.9]);
    await page.getByRole('button', { name: 'Correct frame 0' }).click();
    await page.getByText('The server does not answer.').first().waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Correct frame 0' }).waitFor(PATIENCE);
    // Far from what has been loaded nothing can be shown, and nothing be painted on what nobody sees.
    await page.getByLabel('Frame number').fill('40');
    await page.keyboard.press('Enter');
    await page.locator('.stage-note.is-bad').waitFor(PATIENCE);
    await drag(tab, clip, [0.4, 0.9], [0.6, 0.9]);
    await page.getByText('This frame has not come yet').waitFor(PATIENCE);
    proxy.mend();
    await page.locator('.stage-note.is-bad').waitFor({ state: 'detached', ...PATIENCE });
    await page.locator('canvas.stage[data-frame="40"][data-masks=shown]').waitFor(PATIENCE);
    await page.reload();
    await page.getByRole('button', { name: 'Correct frame 0' }).click(PATIENCE);
    await page.getByText('Frame 0 is corrected').waitFor(PATIENCE);
    await until('the correction has arrived', async () => {
      return (await sut.asked<RunResource>(`/v1/runs/${id}`)).revision === 2;
    });
    await closed(tab);
  });

  it('keeps what was painted, placed and named for a run to come, which starts when the server is back', async () => {
    const tab = await signedIn('/new');
    const { page } = tab;
    const video = { name: 'offline.mp4', mimeType: 'video/mp4', buffer: clip.video };
    await page.locator('input[type=file]').first().setInputFiles(video);
    await page.locator('canvas.stage').waitFor(PATIENCE);
    await page.getByText('Waiting for frame 0').waitFor({ state: 'detached', ...PATIENCE });
    proxy.cut();
    await drag(tab, clip, [0.25, 0.4], [0.4, 0.6]);
    await page.getByRole('button', { name: 'Change object 1' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('cyclist');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Add key points' }).click();
    await page.getByRole('dialog').getByLabel('Points, one in a row').fill('head\ntail');
    await page.getByRole('dialog').getByLabel('Lines, as in a - b').fill('head - tail');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await drag(tab, clip, [0.7, 0.4], [0.72, 0.45]);
    await drag(tab, clip, [0.8, 0.6], [0.8, 0.6]);
    await page.getByRole('button', { name: 'Start with 2 objects' }).click();
    await page.getByText('The server does not answer.').waitFor(PATIENCE);
    proxy.mend();
    await page.reload();
    await page.getByRole('button', { name: 'Start with 2 objects' }).click(PATIENCE);
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/, PATIENCE);
    const id = page.url().split('/').at(-1)!;
    expect(await sut.asked(`/v1/runs/${id}/objects`)).toMatchObject({
      items: [
        { id: 1, name: 'cyclist', kind: 'mask' },
        { id: 2, kind: 'keypoints', points: ['head', 'tail'], skeleton: [['head', 'tail']] },
      ],
    });
    const said = await sut.asked<{ items: { objects: { id: number; points?: { x: number; y: number }[] }[] }[] }>(
      `/v1/runs/${id}/prompts`,
    );
    const [head, tail] = said.items[0]!.objects.find((one) => one.id === 2)!.points!;
    expect(head!.x).toBeCloseTo(0.72 * clip.width, -1);
    expect(tail!.y).toBeCloseTo(0.6 * clip.height, -1);
    await page.locator('canvas.stage[data-keypoints="1"]').waitFor(PATIENCE);
    await closed(tab);
  });
});

describe('an upload in the middle of which the connection is lost', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-page-upload-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('goes on by itself, and when its file is chosen in another tab, without sending again what had arrived', async () => {
    const bytes = padded(clip.video, 64 * MIB, 7);
    const file = join(folder, 'large.mp4');
    await writeFile(file, bytes);
    const tab = await signedIn('/new');
    const { page } = tab;
    // Where the server says that it goes on.
    const offsets: number[] = [];
    page.on('response', (response) => {
      const offset = response.headers()['upload-offset'];
      if (response.request().method() === 'HEAD' && offset !== undefined) offsets.push(Number(offset));
    });
    proxy.cutAfter(20 * MIB);
    await page.locator('input[type=file]').setInputFiles(file);
    const lost = page.getByText('Connection lost. It goes on by itself when the server is back.');
    await lost.waitFor(PATIENCE);
    expect(offsets).toEqual([]);
    proxy.cutAfter(24 * MIB);
    proxy.mend();
    await until('it goes on', async () => offsets.length > 0);
    // The first piece of 16 MiB had been acknowledged.
    expect(offsets[0]).toBeGreaterThanOrEqual(16 * MIB);
    await lost.waitFor(PATIENCE);
    const second = offsets.at(-1)!;
    await page.goto('about:blank');
    proxy.mend();

    await tab.goto('/new');
    const unfinished = page.getByRole('region', { name: 'Unfinished uploads' });
    await unfinished.getByText(/^\d+ % of 67.1 MB has arrived; choose the same file to go on$/).waitFor(PATIENCE);
    await choose(page, { name: 'other.mp4', mimeType: 'video/mp4', buffer: clip.video });
    await page.getByText('It is another file.').waitFor();
    const beforeLast = proxy.sentBytes;
    await choose(page, file);
    await page.waitForURL(/\/new\/[0-9a-f-]{36}$/, PATIENCE);
    const last = offsets.at(-1)!;
    // Of the 24 MiB between the cuts a piece was acknowledged: they went on from there, and did not begin again.
    expect(last).toBeGreaterThanOrEqual(second + 16 * MIB);
    // What is not of the file are parts of the page and headers.
    expect(proxy.sentBytes - beforeLast).toBeLessThan(bytes.length - last + MIB);
    const id = page.url().split('/').at(-1)!;
    expect(await sut.asked(`/v1/videos/${id}`)).toMatchObject({
      fileName: 'large.mp4',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    await page.getByText('Waiting for frame 0').waitFor({ state: 'detached', ...PATIENCE });
    expect(await page.evaluate(`Object.keys(localStorage).filter((key) => key.startsWith('tus::'))`)).toEqual([]);
    await tab.goto('/new');
    await page.getByRole('button', { name: 'Choose files' }).waitFor();
    expect(await unfinished.count()).toBe(0);
    await closed(tab);
  });
});

async function choose(page: Page, file: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  const chooser = await chooserBy(page, () => page.getByRole('button', { name: 'Go on with large.mp4' }).click());
  await chooser.setFiles(file);
}
