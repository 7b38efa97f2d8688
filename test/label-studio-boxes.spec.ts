import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { boxOf, type Box } from '../bench/box-of-mask';
import { randomFrom } from './support/random-corrections';

jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');
const [WIDTH, HEIGHT] = [80, 50];
const PROGRAM = `
import json, sys
import numpy
from propago_label_studio.regions import FAINT_SHARE, box_of
masks = numpy.array(json.load(sys.stdin), bool).reshape(-1, ${HEIGHT}, ${WIDTH})
print(json.dumps({"share": FAINT_SHARE, "boxes": [box_of(mask) for mask in masks]}))`;

type Inside = (x: number, y: number) => boolean;
const rectangle =
  (left: number, top: number, right: number, bottom: number): Inside =>
  (x, y) =>
    x >= left && x < right && y >= top && y < bottom;
const drawn = (...parts: Inside[]): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    Number(parts.some((isInside) => isInside(i % WIDTH, Math.floor(i / WIDTH)))),
  );

/** Blots of an object and specks beside it. */
function random(seed: number): Uint8Array {
  const next = randomFrom(seed);
  const some = (most: number) => Math.floor(next() * most);
  const parts = Array.from({ length: 1 + some(4) }, () => {
    const [left, top] = [some(WIDTH), some(HEIGHT)];
    return rectangle(left, top, left + 1 + some(30), top + 1 + some(20));
  });
  return drawn(...parts);
}

const CASES: [title: string, parts: Inside[], box: Box | null][] = [
  ['leaves a thin tail out', [rectangle(10, 10, 40, 40), rectangle(40, 25, 70, 26)], [10, 10, 40, 40]],
  ['leaves a speck far away out', [rectangle(10, 10, 40, 40), rectangle(75, 45, 76, 46)], [10, 10, 40, 40]],
  ['keeps an arm that is a tenth as thick', [rectangle(10, 10, 40, 40), rectangle(40, 24, 70, 27)], [10, 10, 70, 40]],
  ['is a full rectangle itself', [rectangle(3, 4, 77, 6)], [3, 4, 77, 6]],
  ['is the whole picture', [rectangle(0, 0, WIDTH, HEIGHT)], [0, 0, WIDTH, HEIGHT]],
  ['is one pixel where the object is', [rectangle(79, 49, 80, 50)], [79, 49, 80, 50]],
  ['is a line of one pixel', [rectangle(5, 7, 60, 8)], [5, 7, 60, 8]],
  ['is none where there is nothing', [], null],
];
const RANDOM = Array.from({ length: 12 }, (_, seed) => random(seed));

describe('the box of a mask in Label Studio', () => {
  /** What the integration makes of the masks of all tests: its share, and boxes in pixels; null without its Python. */
  let made: { share: number; boxes: (Box | null)[] } | null = null;

  beforeAll(async () => {
    const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'scripts/python-env.mjs'), 'clients']);
    if (stdout.trim() === '') return void process.stderr.write(stderr);
    const env = {
      ...process.env,
      PYTHONPATH: ['clients/python/src', 'integrations/label-studio/src'].map((p) => path.join(ROOT, p)).join(':'),
    };
    const asked = run(stdout.trim(), ['-c', PROGRAM], { env });
    const masks = [...CASES.map(([, parts]) => drawn(...parts)), ...RANDOM];
    asked.child.stdin!.end(JSON.stringify(masks.map((mask) => [...mask])));
    const { share, boxes } = JSON.parse((await asked).stdout) as { share: number; boxes: (Box | null)[] };
    const pixels = ([x, y, w, h]: Box): Box => [
      Math.round((x * WIDTH) / 100),
      Math.round((y * HEIGHT) / 100),
      Math.round(((x + w) * WIDTH) / 100),
      Math.round(((y + h) * HEIGHT) / 100),
    ];
    made = { share, boxes: boxes.map((box) => box && pixels(box)) };
  });

  it.each(CASES.map(([title, , box], i) => [title, i, box] as const))('%s', (_, i, box) => {
    if (made) expect(made.boxes[i]).toEqual(box);
  });

  it('is the one that the benchmark scores', () => {
    if (!made) return;
    const { share, boxes } = made;
    const scored = (threshold: number) =>
      RANDOM.map((labels) => boxOf({ width: WIDTH, height: HEIGHT, labels }, threshold));
    expect(boxes.slice(CASES.length)).toEqual(scored(share));
    expect(scored(share)).not.toEqual(scored(0));
  });
});
