import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createEngine, type AffinityEngine, type ContextEntry } from '@propago/affinity';
import { DEFAULT_PRESET, parseRunOptions, PRESET_NAMES, type PropagationParameters } from '@propago/contracts';
import { SequenceScore } from '@propago/evaluation';
import { softLabelsToLabelMap } from '@propago/labels';
import { ClipReader, DEFAULT_ENCODER, sequencesOf, walkPass, type DavisClip } from './davis-clip';

/** A way to propagate, by what it is called in the table. */
interface Variant {
  name: string;
  parameters: PropagationParameters;
  contextOf?: (step: number) => ContextEntry[];
}

/** J and F in percent, and milliseconds of processor time per frame, kernel and mask together. */
interface Figures {
  J: number;
  F: number;
  ms: number;
}

async function measure(clip: DavisClip, { parameters, contextOf }: Variant, engine: AffinityEngine): Promise<Figures> {
  const { truth, grid, input, size } = clip;
  const pass = { direction: 'forward', from: 0, to: truth.length - 1 } as const;
  const before = process.cpuUsage();
  const walked = await walkPass(clip, pass, engine, parameters, undefined, contextOf);
  const masks = truth.map((_, frame) => softLabelsToLabelMap(walked.get(frame)!, 2, grid, input, size, parameters));
  const { user, system } = process.cpuUsage(before);
  const score = new SequenceScore([1]);
  truth.forEach((map, frame) => score.add(map, { ...size, labels: masks[frame]!.channel }));
  const { J, F } = score.result()[0]!;
  return { J: 100 * J.mean, F: 100 * F.mean, ms: (user + system) / 1000 / truth.length };
}

const mean = (rows: readonly Figures[], of: (row: Figures) => number): string =>
  (rows.reduce((sum, row) => sum + of(row), 0) / rows.length).toFixed(1);

const lineOf = (name: string, rows: readonly Figures[]): string =>
  `${name}: J&F ${mean(rows, ({ J, F }) => (J + F) / 2)}, J ${mean(rows, ({ J }) => J)}, F ${mean(rows, ({ F }) => F)}, ${mean(rows, ({ ms }) => ms)} ms of processor time per frame`;

/** Variants of the same name see the same features. */
const seenAs = ({ inputSize, imageResize }: PropagationParameters): string => JSON.stringify([inputSize, imageResize]);

/** Parameters as a run has them; `{}` is the preset itself. */
function variantOf(preset: string, json: string): Variant {
  const options = JSON.stringify({ preset, parameters: JSON.parse(json) as object });
  return { name: json === '{}' ? preset : `${preset} ${json}`, parameters: parseRunOptions(options).parameters };
}

/** The variant with the first frame and the frames at these distances as context, instead of the last ones. */
function atDistances({ name, parameters }: Variant, distances: readonly number[]): Variant {
  const { restrictFirstFrame } = parameters;
  const contextOf = (step: number): ContextEntry[] => [
    { frame: 0, restricted: restrictFirstFrame },
    ...distances
      .map((distance) => ({ frame: step - distance, restricted: true }))
      .filter(({ frame }) => frame > 0)
      .sort((a, b) => a.frame - b.frame),
  ];
  // The session keeps as many frames as this.
  const contextLength = Math.max(...distances);
  const kept = { ...parameters, contextLength, keepFirstFrame: true };
  return { name: `${name}, frames ${distances.join(' ')} back`, parameters: kept, contextOf };
}

function wholes(text: string): number[] {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
    throw new InvalidArgumentError('expected whole numbers above zero, with commas between them');
  }
  return numbers;
}

async function main(): Promise<void> {
  const program = new Command('bench:protocol')
    .description('J&F of sequences in DAVIS layout under other parameters of propagation, in turns on each sequence')
    .requiredOption('--root <folder...>', 'folders in DAVIS layout')
    .option('--sequences <names...>', 'those to take; all when absent')
    .option('--encoder <file>', 'ONNX file with its card', DEFAULT_ENCODER)
    .option('--cache <folder>', 'keep features there, so that no picture is encoded twice')
    .addOption(new Option('--preset <name>', 'to start from').choices(PRESET_NAMES).default(DEFAULT_PRESET))
    .option('--parameters <json...>', 'what differs from the preset, as in the options of a run; a variant each', [
      '{}',
    ])
    .option(
      '--distances <n,n,...>',
      'frames back that are context beside the first frame; each variant with and without',
      wholes,
    )
    .parse();
  const options = program.opts<{
    root: string[];
    sequences?: string[];
    encoder: string;
    cache?: string;
    preset: string;
    parameters: string[];
    distances?: number[];
  }>();
  const { preset, distances } = options;
  const variants = options.parameters.flatMap((json) => {
    const variant = variantOf(preset, json);
    return distances ? [variant, atDistances(variant, distances)] : [variant];
  });
  const readers = new Map<string, ClipReader>();
  for (const { parameters } of variants) {
    const seen = seenAs(parameters);
    if (!readers.has(seen)) readers.set(seen, await ClipReader.open(options.encoder, parameters, options.cache));
  }
  const engine = createEngine({ threads: 1 });
  for (const root of options.root) {
    const figures = variants.map((): Figures[] => []);
    for (const name of sequencesOf(root).filter((each) => options.sequences?.includes(each) ?? true)) {
      const clips = new Map<string, DavisClip>();
      for (const [seen, reader] of readers) clips.set(seen, await reader.read(root, name));
      for (const [i, variant] of variants.entries()) {
        const found = await measure(clips.get(seenAs(variant.parameters))!, variant, engine);
        figures[i]!.push(found);
        console.log(lineOf(`${name}, ${variant.name}`, [found]));
      }
    }
    variants.forEach(({ name }, i) => {
      if (figures[i]!.length > 0) console.log(lineOf(`${path.basename(root)}, ${name}`, figures[i]!));
    });
  }
  await engine.close();
  for (const reader of readers.values()) await reader.close();
}

void main();
