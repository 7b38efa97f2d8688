import type { Page } from 'playwright-core';

const REPEATS = 8;
const SETTLED_MS = 150;

/**
 * Run by the browser: keeps how long each interaction took, from the input until its picture was on the screen, as
 * Chromium measures it: in steps of 8 ms, and not those below 16 ms.
 */
const WATCH = `(() => {
  window.interactions = new Map();
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries()) {
      if (interactionId) window.interactions.set(interactionId, Math.max(duration, window.interactions.get(interactionId) ?? 0));
    }
  }).observe({ type: 'event', durationThreshold: 16 });
})()`;
/** Run by the browser: those since the last time. */
const TAKEN = `(() => { const taken = [...window.interactions.values()]; window.interactions.clear(); return taken; })()`;

/** Places in the stage, as shares of its size. */
type Place = [x: number, y: number];

interface Tool {
  name: string;
  key?: string;
  use: (page: Page, at: (place: Place) => Promise<void>, repeat: number) => Promise<void>;
}

const spot = (repeat: number, shift = 0): Place => [0.3 + 0.05 * repeat, 0.35 + shift + 0.03 * (repeat % 3)];

const TOOLS: Tool[] = [
  { name: 'brush', key: 'b', use: (_, click, repeat) => click(spot(repeat)) },
  { name: 'eraser', key: 'e', use: (_, click, repeat) => click(spot(repeat)) },
  {
    name: 'polygon',
    key: 'g',
    use: async (_, click, repeat) => {
      const [x, y] = spot(repeat, 0.1);
      for (const place of [
        [x, y],
        [x + 0.1, y],
        [x + 0.1, y + 0.1],
        [x, y],
      ] as Place[]) {
        await click(place);
      }
    },
  },
  { name: 'fill', key: 'j', use: (_, click, repeat) => click(spot(repeat, 0.2)) },
  { name: 'wand', key: 'w', use: (_, click, repeat) => click(spot(repeat, 0.25)) },
  { name: 'undo', use: (page) => page.keyboard.press('Control+z') },
];

/** From the click, or the key, to the changed picture, for each tool on the frame that is shown; prints median and worst. */
export async function measureTools(page: Page): Promise<void> {
  await page.evaluate(WATCH);
  const box = (await page.locator('canvas.stage').boundingBox())!;
  const click = async ([x, y]: Place) => {
    await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    await page.waitForTimeout(SETTLED_MS);
  };
  for (const { name, key, use } of TOOLS) {
    if (key) await page.keyboard.press(key);
    await page.waitForTimeout(SETTLED_MS);
    await page.evaluate(TAKEN);
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      await use(page, click, repeat);
      await page.waitForTimeout(SETTLED_MS);
      const taken = await page.evaluate<number[]>(TAKEN);
      // Nothing was said of it: it was on the screen within 16 ms.
      times.push(...(taken.length > 0 ? taken : [16]));
    }
    times.sort((a, b) => a - b);
    console.log(`${name}: on the screen after ${times[times.length >> 1]} ms, at worst ${times.at(-1)} ms`);
  }
}
