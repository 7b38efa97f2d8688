import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { createEngine, type AffinityEngine, type Features } from '@propago/affinity';
import { PRESETS, type PresetName } from '@propago/contracts';
import { inputSize, loadEncoderCard, openEncoder } from '@propago/encoder';
import { PckScore, type Place } from '@propago/evaluation';
import { readKeypointFile, type GivenPoint } from '@propago/keypoint-files';
import { keypointsFromGrid, keypointsToGrid, type FoundPoint, type GridPlace, type GridSize } from '@propago/labels';
import { PassWalk } from '@propago/passes';
import { DEFAULT_VIDEO_LIMITS, openVideoSource, resizeRgb } from '@propago/video';

/** From this program in dist/, in a clone. */
const DEFAULT_ENCODER = path.resolve(__dirname, '../../encoders/conv-descriptor.onnx');
const ALPHAS = [0.1, 0.2];

/** By object and point; null: not visible. */
type Truth = (Place | null)[][];

interface Clip {
  grid: GridSize;
  dim: number;
  scale: { col: number; row: number };
  features: Features[];
  truth: Truth[];
}

type Decoder = (soft: Float32Array, points: number, grid: GridSize) => (FoundPoint | GridPlace | null)[];

/** The mean of the five best patches of the whole grid, as the field's code does. */
const plainMean: Decoder = (soft, points, { cols }) =>
  Array.from({ length: points }, (_, channel) => {
    const patches = Array.from({ length: soft.length / points }, (_, i) => i);
    const value = (patch: number) => soft[patch * points + channel]!;
    const best = patches.sort((a, b) => value(b) - value(a) || a - b).slice(0, 5);
    const sum = best.reduce((all, patch) => all + value(patch), 0);
    if (sum === 0) return null;
    const mean = (along: (patch: number) => number) =>
      best.reduce((all, patch) => all + value(patch) * (along(patch) + 0.5), 0) / sum;
    return { col: mean((patch) => patch % cols), row: mean((patch) => Math.floor(patch / cols)) };
  });

const placeOf = ({ x, y, visibility }: GivenPoint): Place | null =>
  visibility === 'absent' || x === undefined || y === undefined ? null : { x, y };

async function main(): Promise<void> {
  const program = new Command('bench:keypoints')
    .description('PCK of key points that are propagated from the first frame of each clip of a video')
    .requiredOption('--video <file>', 'the video')
    .requiredOption('--truth <file>', 'its key points on all frames: own JSON, COCO, or csv of DeepLabCut')
    .option('--encoder <file>', 'ONNX file with its card', DEFAULT_ENCODER)
    .option('--preset <name>', 'named parameter set', 'jhmdb')
    .option('--frames <n>', 'frames of a clip', Number, 100)
    .option('--clips <n>', 'clips, one after the other', Number, Infinity)
    .parse();
  const options = program.opts<{
    video: string;
    truth: string;
    encoder: string;
    preset: PresetName;
    frames: number;
    clips: number;
  }>();
  const encoder = await openEncoder({
    path: options.encoder,
    card: await loadEncoderCard(options.encoder),
    intraOpThreads: 2,
  });
  const engine = createEngine({ threads: 2 });
  const parameters = PRESETS[options.preset];
  const file = readKeypointFile(readFileSync(options.truth));
  const truthOf = new Map(
    file.frames.map(({ frame, objects }) => [
      frame,
      file.objects.map(({ points }, object) => {
        const said = objects.find((other) => other.object === object);
        return said ? said.points.map(placeOf) : points.map(() => null);
      }),
    ]),
  );
  const { frames: perClip, clips } = options;
  const source = await openVideoSource(options.video, DEFAULT_VIDEO_LIMITS);
  const size = { width: source.probe.width, height: source.probe.height };
  const input = inputSize(parameters.inputSize, size, encoder.card);
  const { patchSize, dim } = encoder.card;
  const grid = { rows: input.height / patchSize, cols: input.width / patchSize };
  const scale = { col: grid.cols / size.width, row: grid.rows / size.height };
  const results = new Results(file.objects.map(({ points }) => points.length));
  let clip: Clip = { grid, dim, scale, features: [], truth: [] };
  let done = 0;
  for await (const frame of source.frames()) {
    const pixels = resizeRgb(frame.rgb, size, input, parameters.imageResize);
    clip.features.push((await encoder.encode(pixels, { count: 1, ...input })).features);
    clip.truth.push(truthOf.get(frame.index) ?? file.objects.map(({ points }) => points.map(() => null)));
    if (clip.features.length < perClip) continue;
    await results.add(clip, engine, parameters);
    results.print(`clip ${++done}`);
    clip = { ...clip, features: [], truth: [] };
    if (done >= clips) break;
  }
  results.print('all', true);
  await engine.close();
  await encoder.close();
}

class Results {
  private readonly scores = new Map<string, PckScore>();
  private readonly sure: { confidence: number; isFound: boolean }[] = [];

  constructor(private readonly points: number[]) {}

  async add(
    { features, truth, grid, dim, scale }: Clip,
    engine: AffinityEngine,
    parameters: (typeof PRESETS)[PresetName],
  ) {
    const channels = this.points.reduce((sum, count) => sum + count, 0);
    const toGrid = (places: (Place | null)[]) =>
      keypointsToGrid(
        places.map((place) => place && { col: place.x * scale.col, row: place.y * scale.row }),
        grid,
      );
    const walk = async (order: number[]) => {
      const session = engine.createSession({ grid, dim, classes: channels }, parameters);
      const walking = new PassWalk(session);
      const labels = new Map<number, Float32Array>();
      for (const frame of order) {
        labels.set(frame, (await walking.next(features[frame]!, async () => toGrid(truth[frame]!.flat()))).labels);
      }
      session.close();
      return labels;
    };
    const frames = features.map((_, frame) => frame);
    const forward = await walk(frames);
    const backward = await walk([...frames].reverse());
    const last = frames.length - 1;
    for (const frame of frames.slice(1, -1)) {
      const [a, b] = [forward.get(frame)!, backward.get(frame)!];
      const share = frame / last;
      const found = keypointsFromGrid(a, channels, grid);
      const fromB = keypointsFromGrid(b, channels, grid);
      const blended = a.map((value, i) => (1 - share) * value + share * b[i]!);
      this.score('forward, mean of best, corrected', truth[frame]!, found, scale);
      this.score('forward, mean of best of the grid', truth[frame]!, plainMean(a, channels, grid), scale);
      this.score('first frame copied', truth[frame]!, toPlaces(truth[0]!.flat(), scale), scale);
      this.score('both ends, blended labels', truth[frame]!, keypointsFromGrid(blended, channels, grid), scale);
      this.score(
        'both ends, blended places',
        truth[frame]!,
        found.map((p, i) => blendPlaces(p, fromB[i]!, share)),
        scale,
      );
      this.score(
        'both ends, blended places x confidence',
        truth[frame]!,
        found.map((p, i) => blendPlaces(p, fromB[i]!, share, 1)),
        scale,
      );
      this.score('both ends, nearest', truth[frame]!, share < 0.5 ? found : fromB, scale);
      this.judge(truth[frame]!, found, scale);
    }
  }

  private score(name: string, truth: Truth, found: (GridPlace | null)[], scale: Clip['scale']) {
    let at = 0;
    truth.forEach((points, object) => {
      const key = `${name} ${object}`;
      const score = this.scores.get(key) ?? new PckScore(points.length, ALPHAS);
      this.scores.set(key, score);
      const guess = found
        .slice(at, at + points.length)
        .map((place) => place && { x: place.col / scale.col, y: place.row / scale.row });
      score.add(points, guess);
      at += points.length;
    });
  }

  private judge(truth: Truth, found: (FoundPoint | null)[], scale: Clip['scale']) {
    let at = 0;
    for (const points of truth) {
      const seen = points.filter((p) => p !== null);
      const span = (v: number[]) => Math.max(...v) - Math.min(...v);
      const size = 0.6 * Math.hypot(span(seen.map(({ x }) => x)), span(seen.map(({ y }) => y)));
      for (const place of points) {
        const guess = found[at++];
        if (!place) continue;
        const distance = guess
          ? Math.hypot(guess.col / scale.col - place.x, guess.row / scale.row - place.y)
          : Infinity;
        this.sure.push({ confidence: guess?.confidence ?? 0, isFound: distance <= 0.2 * size });
      }
    }
  }

  print(title: string, full = false) {
    const names = [...new Set([...this.scores.keys()].map((key) => key.replace(/ \d+$/, '')))];
    for (const name of names) {
      if (!full && !name.startsWith('forward')) continue;
      const of = this.points.map((_, object) => this.scores.get(`${name} ${object}`)!.result());
      const mean = (i: number) => (100 * of.reduce((sum, result) => sum + result[i]!.mean, 0)) / of.length;
      console.log(`${title}: ${name}: ${ALPHAS.map((alpha, i) => `PCK@${alpha} ${mean(i).toFixed(2)}`).join(', ')}`);
    }
    if (!full) return;
    const sorted = [...this.sure].sort((a, b) => a.confidence - b.confidence);
    const positives = sorted.filter(({ isFound }) => !isFound).length;
    let [rank, sum] = [0, 0];
    for (const { isFound } of sorted) {
      if (isFound) rank++;
      else sum += sorted.length - positives - rank;
    }
    console.log(
      `confidence predicts a miss at 0.2: AUROC ${(sum / (positives * (sorted.length - positives))).toFixed(3)}, misses ${positives} of ${sorted.length}`,
    );
    for (const threshold of [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]) {
      const lost = sorted.filter(({ confidence }) => confidence < threshold);
      const right = lost.filter(({ isFound }) => !isFound).length;
      console.log(
        `lost below ${threshold}: ${((100 * lost.length) / sorted.length).toFixed(1)} % of points, of these missed ${((100 * right) / lost.length).toFixed(1)} %, of all misses ${((100 * right) / positives).toFixed(1)} %`,
      );
    }
  }
}

const toPlaces = (places: (Place | null)[], scale: Clip['scale']) =>
  places.map((place) => place && { col: place.x * scale.col, row: place.y * scale.row });

function blendPlaces(a: FoundPoint | null, b: FoundPoint | null, share: number, power = 0): GridPlace | null {
  if (!a || !b) return a ?? b;
  const [wa, wb] = [(1 - share) * a.confidence ** power, share * b.confidence ** power];
  return { col: (wa * a.col + wb * b.col) / (wa + wb), row: (wa * a.row + wb * b.row) / (wa + wb) };
}

void main();
