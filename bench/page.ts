import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { chromium, type Page } from 'playwright-core';
import { startStack, type Stack } from '@propago/local-stack';
import { postRun, writeClip } from './clip';

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
/** Run by the browser: MB of its objects after a collection. */
const HEAP = `(() => { gc(); return performance.memory.usedJSHeapSize / 1e6; })()`;

async function whenDone(url: string, id: string): Promise<void> {
  for (;;) {
    await sleep(200);
    const { state } = (await (await fetch(`${url}/v1/runs/${id}`)).json()) as { state: string };
    if (state === 'succeeded') return;
    if (state === 'failed' || state === 'cancelled') throw new Error(`the run has ${state}`);
  }
}

async function scrub(page: Page, { frames, minutes }: Options): Promise<void> {
  const pass = frames - 1;
  await page.evaluate(steps(pass, 1));
  const rates: number[] = [];
  const heaps: number[] = [];
  const end = Date.now() + minutes * 60_000;
  for (let direction: 1 | -1 = -1; rates.length < 4 || Date.now() < end; direction = direction > 0 ? -1 : 1) {
    rates.push((1000 * pass) / (await page.evaluate<number>(steps(pass, direction))));
    heaps.push(await page.evaluate<number>(HEAP));
  }
  const sorted = [...rates].sort((a, b) => a - b);
  console.log(`frames a second: median ${sorted[rates.length >> 1]!.toFixed(1)}, lowest pass ${sorted[0]!.toFixed(1)}`);
  const third = Math.ceil(heaps.length / 3);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  console.log(
    `heap of the tab: ${mean(heaps.slice(0, third)).toFixed(1)} MB in the first third, ` +
      `${mean(heaps.slice(-third)).toFixed(1)} MB in the last, over ${rates.length} passes`,
  );
}

async function main(): Promise<void> {
  const options = new Command('bench:page')
    .description('Scrubs through a 480p run with masks in the workbench; needs Chromium')
    .option('--frames <n>', 'of the clip', Number, 64)
    .option('--minutes <n>', 'how long', Number, 1)
    .parse()
    .opts<Options>();
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-bench-page-'));
  let stack: Stack | undefined;
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const args = ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc', '--enable-precise-memory-info'];
  const browser = await chromium.launch({ executablePath, args });
  try {
    stack = await startStack({});
    const id = await postRun(stack.url, await writeClip(folder, options.frames), {}, [0]);
    await whenDone(stack.url, id);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const start = performance.now();
    await page.goto(`${stack.url}/runs/${id}`);
    await page.locator('canvas.stage[data-masks=shown]').waitFor({ timeout: 120_000 });
    console.log(`opened, with picture and masks, in ${((performance.now() - start) / 1000).toFixed(2)} s`);
    await scrub(page, options);
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
