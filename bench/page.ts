import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { startStack, type Stack } from '@propago/local-stack';
import { endOf, postRun, writeClip } from './clip';
import { measureTools } from './page-tools';

interface Options {
  frames: number;
  minutes: number;
}

/** Run by the browser: so many steps of one frame, each when the one before is on the screen. @returns ms */
const steps = (count: number, direction: 1 | -1) => `(async () => {
  const stage = document.querySelector('canvas.stage');
  const start = performance.now();
  let at = Number(stage.dataset.frame);
  for (let i = 0; i < ${count}; i++) {
    at += ${direction};
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '${direction > 0 ? 'f' : 'd'}', bubbles: true }));
    while (stage.dataset.frame !== String(at)) await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
})()`;

/** What a tab holds, MB: its objects after a collection, and all memory of its process, with decoded pictures. */
class TabMemory {
  private constructor(
    private readonly session: CDPSession,
    private readonly pid: number,
  ) {}

  static async of(browser: Browser, page: Page): Promise<TabMemory> {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.enable');
    await session.send('Performance.enable');
    const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
    const tabs = processInfo.filter(({ type }) => type === 'renderer');
    return new TabMemory(session, tabs.sort((a, b) => b.cpuTime - a.cpuTime)[0]!.id);
  }

  async read(): Promise<{ heap: number; process: number }> {
    await this.session.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.session.send('Performance.getMetrics');
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value / 1e6;
    const status = await readFile(`/proc/${this.pid}/status`, 'latin1');
    return { heap, process: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1e3 };
  }
}

async function scrub(page: Page, memory: TabMemory, { frames, minutes }: Options): Promise<void> {
  const pass = frames - 1;
  await page.evaluate(steps(pass, 1));
  const rates: number[] = [];
  const start = Date.now();
  let said = 0;
  const say = async () => {
    const { heap, process: all } = await memory.read();
    const after = Math.floor((Date.now() - start) / 60_000);
    console.log(`after ${after} min: heap ${heap.toFixed(1)} MB, process of the tab ${all.toFixed(0)} MB`);
  };
  await say();
  for (let direction: 1 | -1 = -1; said < minutes; direction = direction > 0 ? -1 : 1) {
    rates.push((1000 * pass) / (await page.evaluate<number>(steps(pass, direction))));
    if (Date.now() - start < (said + 1) * 60_000) continue;
    said++;
    await say();
  }
  rates.sort((a, b) => a - b);
  console.log(
    `frames a second over ${rates.length} passes: ` +
      `median ${rates[rates.length >> 1]!.toFixed(1)}, lowest pass ${rates[0]!.toFixed(1)}`,
  );
}

async function main(): Promise<void> {
  const options = new Command('bench:page')
    .description('Paints on, and scrubs through, a 480p run with masks in the workbench; needs Chromium')
    .option('--frames <n>', 'of the clip', Number, 64)
    .option('--minutes <n>', 'how long', Number, 1)
    .parse()
    .opts<Options>();
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-bench-page-'));
  let stack: Stack | undefined;
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    stack = await startStack({});
    const id = await postRun(stack.url, await writeClip(folder, options.frames), {}, [0]);
    await endOf(stack.url, id);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const start = performance.now();
    await page.goto(`${stack.url}/runs/${id}`);
    await page.locator('canvas.stage[data-masks=shown]').waitFor({ timeout: 120_000 });
    console.log(`opened, with picture and masks, in ${((performance.now() - start) / 1000).toFixed(2)} s`);
    await measureTools(page);
    await page.getByRole('button', { name: 'Discard' }).click();
    await scrub(page, await TabMemory.of(browser, page), options);
  } finally {
    await browser.close();
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
