import type { BrowserContextOptions, Page } from 'playwright-core';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { bearer } from './closed-platform';
import { drag, leave, type PagePlatform, PATIENCE } from './page';
import { until } from './platform';
import { mp4Of, smallClip, type SmallClip } from './small-clip';

/** Run by the browser: no transition is under way; what turns for ever may go on. */
const STANDS_STILL = `document.getAnimations().every(
  (one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity,
)`;
/** Run by the browser: px by which the content of a dialog is wider than the dialog. */
const DIALOG_OVERFLOW = `((dialog) => dialog.scrollWidth - dialog.clientWidth)(document.querySelector('.dialog'))`;
/** Run by the browser: px by which something is wider than the window. */
export const PAGE_OVERFLOW = 'document.documentElement.scrollWidth - innerWidth';
/** As long as a name may be, without a place to break it. */
const LONG_NAME = 'Kreuzungsaufnahme_'.repeat(12).slice(0, 190);
const MANY = 64;

/** A clip that is large enough to be painted on. */
export const screensClip = (): Promise<SmallClip> =>
  smallClip({ width: 480, height: 272, frames: 24, objects: 2, seed: 4 });

/** Every screen of the page, with much to show. */
export class PageScreens {
  private constructor(
    private readonly sut: PagePlatform,
    private readonly clip: SmallClip,
    private readonly run: { id: string; videoId: string },
    /** Id of a run with many objects of long names. */
    private readonly many: string,
  ) {}

  /** Makes the runs and exports that they show. */
  static async on(sut: PagePlatform, clip: SmallClip): Promise<PageScreens> {
    const objects = [
      { id: 1, name: 'front', colour: '#ff6347' },
      { id: 2, name: 'back', colour: '#3898ff' },
    ];
    // What it is compared with.
    await sut.finishedRun('Crossing at dawn', { ...clip, objects });
    const { id, videoId } = await sut.finishedRun('Crossing at noon', { ...clip, objects });
    for (const format of ['coco', 'cvat-xml']) {
      const headers = { ...bearer(sut.key), 'content-type': 'application/json' };
      const address = `${sut.url}/v1/runs/${id}/exports`;
      const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ format }) });
      const { id: made } = (await answer.json()) as { id: string };
      const view = `/v1/runs/${id}/exports/${made}`;
      await until('it is made', async () => (await sut.asked<{ state: string }>(view)).state === 'ready');
    }
    return new PageScreens(sut, clip, { id, videoId: videoId as string }, await manyObjects(sut, clip));
  }

  /**
   * Looks at each: no serious finding of axe, and nothing that is wider than the window.
   *
   * @param onScreen is called on each, with its name
   */
  async expectSound(
    options: BrowserContextOptions,
    onScreen: (page: Page, name: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const { clip, many } = this;
    const { id, videoId } = this.run;
    const tab = await this.sut.signedIn('/', options);
    const { page } = tab;
    const press = (name: string, role: 'tab' | 'button') => page.getByRole(role, { name }).first().click();
    const screens: [name: string, path: string, ready: string, show?: () => Promise<void>][] = [
      ['runs', '/', '.run'],
      ['workbench', `/runs/${id}`, '.suggestion', () => press('Next doubtful', 'button')],
      ['object', `/runs/${id}`, 'canvas.stage[data-masks=shown]', () => press('Change front', 'button')],
      [
        'compare',
        `/runs/${id}`,
        'canvas.stage[data-masks=shown]',
        async () => {
          await press('Compare', 'tab');
          await page.getByRole('button', { name: /Compare with/ }).click();
          await page.getByRole('option').nth(1).click();
          await page.locator('canvas.compare-stage[data-compared=wipe]').waitFor(PATIENCE);
        },
      ],
      ['export', `/runs/${id}`, 'canvas.stage[data-masks=shown]', () => press('Export', 'tab')],
      ['new-run', '/new', '.drop-zone'],
      [
        'paint',
        `/new/${videoId}`,
        'canvas.stage',
        async () => {
          await page.getByText('Waiting for frame 0').waitFor({ state: 'detached', ...PATIENCE });
          await drag(tab, clip, [0.22, 0.4], [0.32, 0.6]);
        },
      ],
      ['models', '/models', '.table'],
      ['training', '/training', '.empty'],
      ['system', '/system', '.tile', () => page.getByRole('region', { name: 'Workers' }).waitFor(PATIENCE)],
      [
        'many',
        `/runs/${many}`,
        'canvas.stage[data-masks=shown]',
        async () => {
          // The row of what is chosen in one list is seen in the other.
          const row = page.getByRole('region', { name: 'Objects' }).getByRole('button', { name: `${LONG_NAME} 63` });
          await row.first().click();
          await page.locator('.timeline-names .is-chosen').click(PATIENCE);
          await press('Export', 'tab');
          await press('Objects', 'tab');
        },
      ],
      [
        'many-object',
        `/runs/${many}`,
        'canvas.stage[data-masks=shown]',
        async () => {
          await press(`Change ${LONG_NAME} 1`, 'button');
          const dialog = page.locator('.dialog');
          await dialog.getByRole('button', { name: 'Save' }).click({ trial: true });
          expect(await page.evaluate<number>(DIALOG_OVERFLOW)).toBe(0);
          await dialog.getByRole('button', { name: `Delete ${LONG_NAME}` }).click();
          await dialog.getByRole('button', { name: 'Cancel' }).click({ trial: true });
          expect(await page.evaluate<number>(DIALOG_OVERFLOW)).toBe(0);
        },
      ],
      ['many-details', `/runs/${many}`, 'canvas.stage[data-masks=shown]', () => press('Details', 'tab')],
      ['many-runs', '/', '.run'],
    ];
    for (const [name, path, ready, show] of screens) {
      await tab.goto(path);
      await page.locator(ready).first().waitFor(PATIENCE);
      await show?.();
      await page.evaluate(`document.querySelector('main')?.scrollTo(0, 0)`);
      // Pictures and queries that the screen is drawn with.
      await page.waitForLoadState('networkidle').catch(() => undefined);
      // Axe judges colours in the middle of a transition by what they are in that moment.
      await until('nothing moves', () => page.evaluate<boolean>(STANDS_STILL));
      expect({ name, findings: await tab.findings() }).toEqual({ name, findings: [] });
      const overflow = await page.evaluate<number>(PAGE_OVERFLOW);
      expect({ name, overflow }).toEqual({ name, overflow: 0 });
      await onScreen(page, name);
    }
    await leave(tab);
  }
}

/** A run with many objects of long names, whose own name and tags are as long. */
async function manyObjects(sut: PagePlatform, clip: SmallClip): Promise<string> {
  const { width, height } = clip;
  const indices = new Uint8Array(width * height);
  for (let i = 0; i < indices.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isBetween = x % (width / 8) < 4 || y % (height / 8) < 4;
    if (!isBetween) indices[i] = 1 + 8 * Math.floor((y * 8) / height) + Math.floor((x * 8) / width);
  }
  const mask = encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE });
  const video = await mp4Of(clip.frames.slice(0, 4), clip);
  const objects = Array.from({ length: MANY }, (_, i) => ({ id: i + 1, name: `${LONG_NAME} ${i + 1}` }));
  const request = { ...clip, video, mask, objects, fileName: `${LONG_NAME}.mp4` };
  const tags = [LONG_NAME.slice(0, 60), 'street'];
  return (await sut.finishedRun(LONG_NAME, request, { tags })).id;
}
