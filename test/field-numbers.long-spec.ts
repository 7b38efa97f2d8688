import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '..');
const SHARED = path.resolve(ROOT, '../shared');
const REFERENCE = path.join(SHARED, 'data/reference-jf-vit-ti16-dino.json');
const ENCODER = path.join(SHARED, 'encoders/vit_ti16_imagenet.onnx');

interface Score {
  name: string;
  objects: { id: number; J: { mean: number }; F: { mean: number } }[];
}

async function evaluate(root: string, sequences?: string): Promise<Map<string, Score>> {
  const only = sequences ? ['--sequences', sequences] : [];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[path.join(ROOT, 'cli/bin/propago.mjs'), 'eval', 'davis', '--root', path.join(SHARED, 'data', root)],
      ...['--preset', 'dino', '--encoder', ENCODER, '--json', ...only],
    ],
    { cwd: ROOT, maxBuffer: 1 << 26 },
  );
  const { sequences: scores } = JSON.parse(stdout) as { sequences: Score[] };
  return new Map(scores.map((score) => [score.name, score]));
}

const present = existsSync(REFERENCE) && existsSync(ENCODER);
const why = present ? '' : ' (skipped: no ../shared with the reference and its encoder)';

(present ? describe : describe.skip)(`the numbers of an independent implementation${why}`, () => {
  const reference = present ? JSON.parse(readFileSync(REFERENCE, 'utf8')) : {};

  it('come out for two sequences of one object, within 0.01', async () => {
    const names = ['car-shadow', 'libby'];
    const scores = await evaluate('davis2016-dev', names.join(','));
    for (const name of names) {
      const { J, F } = scores.get(name)!.objects[0]!;
      expect(Math.abs(J.mean - reference['davis2016-dev'][name].J)).toBeLessThan(0.01);
      expect(Math.abs(F.mean - reference['davis2016-dev'][name].F)).toBeLessThan(0.01);
    }
  }, 1_200_000);

  it('come out for a video of three objects, within 0.015', async () => {
    const { objects } = (await evaluate('dogs-jump')).get('dogs-jump')!;
    expect(objects.map(({ id }) => id)).toEqual([1, 2, 3]);
    for (const { id, J, F } of objects) {
      expect(Math.abs(J.mean - reference['dogs-jump'][id].J)).toBeLessThan(0.015);
      expect(Math.abs(F.mean - reference['dogs-jump'][id].F)).toBeLessThan(0.015);
    }
  }, 1_200_000);
});
