import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { startBrowser, Tab } from './support/browser';
import { startPlatform, type Platform } from './support/platform';
import { smallClip } from './support/small-clip';
import { patchEncoder } from './support/model-files';
import { Registry } from './support/model-registry';

jest.setTimeout(340_000);
const OUT = '/tmp/web/shots';

it('shots', async () => {
  mkdirSync(OUT, { recursive: true });
  let platform: Platform | undefined;
  let browser: Browser | undefined;
  const log: string[] = [];
  try {
    platform = await startPlatform({ ADMIN_API: 'on' });
    const clip = await smallClip({ width: 640, height: 360, frames: 60, objects: 3, seed: 4 });
    const other = await smallClip({ width: 320, height: 320, frames: 24, objects: 1, seed: 9 });
    const a = await platform.succeededRun({ ...clip, fileName: 'crossing.mp4', options: { name: 'Crossing at noon', tags: ['street', 'batch 3'], parameters: { inputSize: { kind: 'native', multipleOf: 8, rounding: 'floor' } } } });
    await platform.succeededRun({ ...other, fileName: 'a-very-long-file-name-of-a-camera-that-nobody-chose-20260412T091233Z-left-front-view-take-02.mp4' });
    const registry = new Registry(platform);
    await registry.register('conv-descriptor', patchEncoder()).catch((e) => log.push(String(e)));
    const big = await smallClip({ width: 640, height: 360, frames: 300, objects: 2, seed: 5 });
    const running = await platform.acceptedRun({ ...big, fileName: 'long.mp4', options: { name: 'Still at work', parameters: {} } });
    browser = await startBrowser();
    for (const [name, options] of [
      ['dark', { colorScheme: 'dark' }],
      ['light', { colorScheme: 'light' }],
      ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
    ] as const) {
      const tab = await Tab.open(browser, platform.url, options as object);
      const shot = async (what: string) => {
        await tab.page.waitForTimeout(700);
        await tab.page.screenshot({ path: `${OUT}/${what}-${name}.png` });
        const f = await tab.findings();
        log.push(`${what} ${name}: ${JSON.stringify(f, null, 1)}`);
      };
      await tab.goto('/');
      await tab.page.waitForSelector('.run');
      await shot('runs');
      await tab.goto(`/runs/${a.id}`);
      await tab.page.waitForSelector('canvas[data-masks=shown]');
      await shot('bench');
      await tab.page.keyboard.press('v');
      const box = (await tab.page.locator('canvas.stage').boundingBox())!;
      await tab.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await tab.page.mouse.down();
      await tab.page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2 + 30, { steps: 8 });
      await tab.page.mouse.up();
      await shot('paint');
      await tab.page.getByRole('tab', { name: 'Export' }).click();
      await shot('export');
      await tab.page.getByRole('tab', { name: 'Details' }).click();
      await shot('details');
      await tab.goto(`/runs/${running}`);
      await tab.page.waitForSelector('canvas.stage');
      await shot('running');
      await tab.goto('/new');
      await shot('new');
      await tab.goto('/models');
      await tab.page.waitForSelector('.table');
      await shot('models');
      await tab.goto('/training');
      await shot('training');
      await tab.goto('/system');
      await tab.page.waitForSelector('.table');
      await shot('system');
      log.push(`complaints ${name}: ${JSON.stringify(tab.complaints, null, 1)}`);
      await tab.close();
    }
  } finally {
    (await import('node:fs')).writeFileSync(`${OUT}/log.txt`, log.join('\n'));
    await browser?.close();
    await platform?.stop();
  }
});
