import type { Browser, FileChooser, Locator, Page } from 'playwright-core';
import { startBrowser, Tab } from './browser';
import { bearer, ClosedPlatform } from './closed-platform';
import { NATIVE_SIZE, until, type RunRequest, type RunResource } from './platform';

/** Longest that a browser waits for anything. */
export const PATIENCE = { timeout: 90_000 };
const SCOPES = ['runs:read', 'runs:write', 'admin'];
/** What a stage leaves free around the picture, px. */
const MARGIN = 12;

/** A place in a picture, from 0 to 1 in both directions. */
type Place = [x: number, y: number];

interface Size {
  width: number;
  height: number;
}

/** A platform with a browser in front of it, and a key for whoever looks at the page. */
export class PagePlatform {
  private constructor(
    readonly closed: ClosedPlatform,
    readonly browser: Browser,
    readonly key: string,
  ) {}

  /** On a platform of its own. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<PagePlatform> {
    return PagePlatform.before(await ClosedPlatform.start({ ADMIN_API: 'on', ...env }));
  }

  /** On that of all spec files; see sharedPlatform. */
  static async shared(): Promise<PagePlatform> {
    return PagePlatform.before(await ClosedPlatform.shared());
  }

  private static async before(sut: ClosedPlatform): Promise<PagePlatform> {
    try {
      return new PagePlatform(sut, await startBrowser(), await sut.keyText({ name: 'annotator', scopes: SCOPES }));
    } catch (error) {
      await sut.stop();
      throw error;
    }
  }

  get url(): string {
    return this.closed.url;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.closed.stop();
  }

  async signedIn(path = '/', options: Parameters<typeof Tab.open>[2] = {}, as = this.key): Promise<Tab> {
    const tab = await Tab.open(this.browser, this.url, options);
    await tab.goto(path);
    await tab.page.getByLabel('API key').fill(as);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
    await tab.page.getByRole('link', { name: 'Runs', exact: true }).waitFor();
    return tab;
  }

  async asked<T>(path: string): Promise<T> {
    return (await (await this.closed.get(path, this.key)).json()) as T;
  }

  async bytes(path: string): Promise<Buffer> {
    return Buffer.from(await (await this.closed.get(path, this.key)).arrayBuffer());
  }

  /** @param more of its options */
  async acceptedRun(
    name: string,
    of: Omit<RunRequest, 'options' | 'headers'>,
    more: object = {},
  ): Promise<RunResource> {
    const options = { name, tags: ['street'], parameters: NATIVE_SIZE, ...more };
    const request = { fileName: 'crossing.mp4', ...of, options, headers: bearer(this.key) };
    return (await (await this.closed.platform.postRun(request)).json()) as RunResource;
  }

  async finishedRun(
    name: string,
    of: Omit<RunRequest, 'options' | 'headers'>,
    more: object = {},
  ): Promise<RunResource> {
    return this.succeeded((await this.acceptedRun(name, of, more)).id);
  }

  async succeeded(id: string, patienceMs?: number): Promise<RunResource> {
    let run!: RunResource;
    const isDone = async () => {
      run = await this.asked<RunResource>(`/v1/runs/${id}`);
      return run.state === 'succeeded';
    };
    await until('the run succeeds', isDone, patienceMs);
    return run;
  }
}

/** A place in the picture of a stage as a place in the window. */
export async function placeOn(stage: Locator, { width, height }: Size, [x, y]: Place): Promise<Place> {
  const box = (await stage.boundingBox())!;
  const scale = Math.min((box.width - 2 * MARGIN) / width, (box.height - 2 * MARGIN) / height);
  const left = box.x + (box.width - width * scale) / 2;
  const top = box.y + (box.height - height * scale) / 2;
  return [left + x * width * scale, top + y * height * scale];
}

export async function drag(tab: Tab, size: Size, from: Place, to: Place): Promise<void> {
  const stage = tab.page.locator('canvas.stage');
  await tab.page.mouse.move(...(await placeOn(stage, size, from)));
  await tab.page.mouse.down();
  await tab.page.mouse.move(...(await placeOn(stage, size, to)), { steps: 12 });
  await tab.page.mouse.up();
}

/** Nothing of elsewhere, no error, and closed. */
export async function leave(tab: Tab): Promise<void> {
  expect(tab.complaints).toEqual([]);
  await tab.close();
}

const CHOOSER_MS = 15_000;
const CHOOSER_TRIES = 6;

/**
 * Has a chooser of files come. Chromium lets a page open one for a few seconds after a key or a button was pressed only,
 * which a page on a machine at full load may miss: then it is pressed again.
 */
export async function chooserBy(page: Page, press: () => Promise<void>): Promise<FileChooser> {
  for (let tries = 1; ; tries++) {
    const coming = page.waitForEvent('filechooser', { timeout: CHOOSER_MS });
    const [chooser] = await Promise.allSettled([coming, press()]);
    if (chooser.status === 'fulfilled') return chooser.value;
    if (tries === CHOOSER_TRIES) throw chooser.reason;
  }
}
