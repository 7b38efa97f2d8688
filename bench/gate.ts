import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createEngine } from '@propago/affinity';
import { openEncoder } from '@propago/encoder';
import { PROBE_CLIPS, probeClipFrames, scoreClip } from '@propago/model-inspection';
import { davisClips, type DavisClip } from './davis-clips';
import { gateLadder, type Rung } from './gate-ladder';
import { rankCorrelation } from './rank-correlation';

interface Options {
  davis: string[];
  encoder: string[];
  frames: number;
  stride: number;
  floor: number;
  scores?: string;
  json?: boolean;
}

/** J&F by clip, 0..1. */
type Scores = Record<string, number>;

interface Row {
  name: string;
  untrained: boolean;
  probe: Scores;
  real: Scores;
  /** Of all probe clips, rendering included. */
  probeSeconds: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOf = (scores: Scores): number => mean(Object.values(scores));
const percent = (share: number): string => (Number.isNaN(share) ? '-' : (share * 100).toFixed(1));

async function scoresOf({ name, path: file, card, untrained }: Rung, davis: readonly DavisClip[]): Promise<Row> {
  const encoder = await openEncoder({ path: file, card, intraOpThreads: 1 });
  const engine = createEngine({ threads: 1 });
  const quality = async (clip: Parameters<typeof scoreClip>[0]) =>
    mean((await scoreClip(clip, { encoder, engine })).objects.map(({ J, F }) => (J.mean + F.mean) / 2));
  try {
    const row: Row = { name, untrained, probe: {}, real: {}, probeSeconds: 0 };
    const start = performance.now();
    for (const clip of PROBE_CLIPS) row.probe[clip.name] = await quality({ ...clip, frames: probeClipFrames(clip) });
    row.probeSeconds = (performance.now() - start) / 1000;
    for (const clip of davis) row.real[clip.name] = await quality({ ...clip, frames: clip.frames() });
    return row;
  } finally {
    await engine.close();
    await encoder.close();
  }
}

function lineOf({ name, untrained, probe, real, probeSeconds }: Row, floor: number): string {
  const verdict = meanOf(probe) >= floor ? 'passes' : 'refused';
  const cells = [
    percent(meanOf(probe)),
    ...Object.values(probe).map(percent),
    percent(meanOf(real)),
    probeSeconds.toFixed(1),
  ];
  const kind = untrained ? 'untrained' : '';
  return [name.padEnd(42), ...cells.map((cell) => cell.padStart(7)), ` ${verdict.padEnd(8)}`, kind].join('').trimEnd();
}

async function main(options: Options): Promise<void> {
  const { davis: roots, encoder, floor, scores, json } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-gate-'));
  try {
    const davis = (await Promise.all(roots.map((root) => davisClips(root, options)))).flat();
    const kept =
      scores && existsSync(scores) ? (JSON.parse(readFileSync(scores, 'utf8')) as Record<string, Scores>) : {};
    const rows: Row[] = [];
    const head = ['all', ...PROBE_CLIPS.map(({ name }) => name.slice(0, 6)), 'real', 's'];
    if (!json) console.log(''.padEnd(42) + head.map((title) => title.padStart(7)).join(''));
    for (const rung of await gateLadder(folder, encoder)) {
      const known = kept[rung.name];
      const measured = await scoresOf(rung, known ? [] : davis);
      const row = known ? { ...measured, real: known } : measured;
      rows.push(row);
      if (!json) console.log(lineOf(row, floor));
      if (scores && davis.length > 0) writeFileSync(scores, JSON.stringify({ ...kept, ...realScores(rows) }));
    }
    const rank = rankCorrelation(
      rows.map(({ probe }) => meanOf(probe)),
      rows.map(({ real }) => meanOf(real)),
    );
    if (json) console.log(JSON.stringify({ rows, rankCorrelation: rank, floor }));
    else if (davis.length > 0)
      console.log(`rank correlation of probe clips and real clips (Spearman): ${rank.toFixed(3)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const realScores = (rows: readonly Row[]): Record<string, Scores> =>
  Object.fromEntries(rows.map(({ name, real }) => [name, real]));

function whole(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('expected a whole number above zero');
  return Number(text);
}

const many = (value: string, before: string[]): string[] => [...before, value];
const command = new Command('npm run bench:gate --')
  .description('how the probe clips of the validation gate score encoders of known quality, beside real clips')
  .option('--davis <folder>', 'folder in DAVIS-2016 layout, for real clips (may be repeated)', many, [])
  .option('--encoder <file.onnx>', 'another encoder, beside the shipped ones (may be repeated)', many, [])
  .option('--frames <n>', 'frames of each real clip', whole, 8)
  .option('--stride <n>', 'every so many frames of a real clip', whole, 4)
  .option('--floor <share>', 'VALIDATION_MIN_QUALITY', Number, 0.35)
  .option('--scores <file.json>', 'keeps the scores of real clips from one call to the next')
  .option('--json', 'print JSON');
void main(command.parse().opts<Options>());
