import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { createEngine } from '@propago/affinity';
import { openEncoder } from '@propago/encoder';
import { PROBE_CLIPS, probeClipFrames, scoreClip } from '@propago/model-inspection';
import { davisClips, type DavisClip } from './davis-clips';
import { gateLadder, type Rung } from './gate-ladder';

interface Options {
  davis: string[];
  encoder: string[];
  frames: number;
  stride: number;
  only?: string;
  real?: string;
  json?: boolean;
}

type Scores = Record<string, number>;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function scoresOf(rung: Rung, davis: readonly DavisClip[]): Promise<{ probe: Scores; real: Scores; seconds: number }> {
  const encoder = await openEncoder({ path: rung.path, card: rung.card, intraOpThreads: 1 });
  const engine = createEngine({ threads: 1 });
  const quality = async (clip: Parameters<typeof scoreClip>[0]) =>
    mean((await scoreClip(clip, { encoder, engine })).map(({ J, F }) => (J.mean + F.mean) / 2));
  try {
    const [probe, real]: [Scores, Scores] = [{}, {}];
    const start = performance.now();
    for (const clip of PROBE_CLIPS) probe[clip.name] = await quality({ ...clip, frames: probeClipFrames(clip) });
    const seconds = (performance.now() - start) / 1000;
    for (const clip of davis) real[clip.name] = await quality({ ...clip, frames: clip.frames() });
    return { probe, real, seconds };
  } finally {
    await engine.close();
    await encoder.close();
  }
}

/** Rank correlation; equal values share the mean of their ranks. */
function spearman(one: readonly number[], other: readonly number[]): number {
  const ranks = (values: readonly number[]) =>
    values.map((value) => mean(values.flatMap((each, i) => (each === value ? [i] : [])).map(() => values.filter((v) => v < value).length)));
  const [a, b] = [ranks(one), ranks(other)];
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: number[], mx: number, y: number[], my: number) => x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-gate-'));
  try {
    const davis = (await Promise.all(options.davis.map((root) => davisClips(root, options)))).flat();
    const known = options.real ? (JSON.parse(readFileSync(options.real, 'utf8')) as Record<string, Scores>) : {};
    const rows: { name: string; probe: number; real: number; each: Scores }[] = [];
    for (const rung of await gateLadder(folder, options.encoder)) {
      if (options.only && !rung.name.includes(options.only)) continue;
      const { probe, real, seconds } = await scoresOf(rung, known[rung.name] ? [] : davis);
      if (davis.length) { known[rung.name] ??= real; if (options.real) writeFileSync(options.real, JSON.stringify(known)); }
      const row = { name: rung.name, probe: mean(Object.values(probe)), real: mean(Object.values(known[rung.name] ?? {})), each: probe };
      rows.push(row);
      console.log(row.name.padEnd(40), (row.probe * 100).toFixed(1), (row.real * 100).toFixed(1), seconds.toFixed(1), Object.values(probe).map((v) => (v * 100).toFixed(0)).join(' '), Object.values(known[rung.name] ?? {}).map((v) => (v * 100).toFixed(0)).join(' '));
    }
    console.log('spearman', spearman(rows.map((r) => r.probe), rows.map((r) => r.real)).toFixed(3));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const many = (value: string, before: string[]) => [...before, value];
const command = new Command('bench:gate')
  .option('--davis <folder>', '', many, [])
  .option('--encoder <file>', '', many, [])
  .option('--frames <n>', '', Number, 8)
  .option('--stride <n>', '', Number, 3)
  .option('--only <text>')
  .option('--real <file>');
void main(command.parse().opts<Options>());
