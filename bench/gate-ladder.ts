import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type EncoderCard,
  floatTensor,
  floatValue,
  fromHalf,
  loadEncoderCard,
  ONNX_FLOAT,
  onnxNode,
  type OnnxNode,
  type OnnxTensor,
  readOnnxModel,
  toHalf,
  writeOnnxModel,
} from '@propago/encoder';

/** `TensorProto.data_type` of float16, which shipped weights have. */
const ONNX_HALF = 10;

const SMALLEST_WEIGHTS = 500;

/** An encoder that the gate is tried on. */
export interface Rung {
  name: string;
  path: string;
  card: EncoderCard;
  /** Nothing in it was learned or designed: the gate must refuse it. */
  untrained: boolean;
}

/** Normally distributed numbers that depend on the seed alone (mulberry32, Box-Muller). */
function gaussian(seed: number): () => number {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** One convolution for each patch of `side` px. `weight` gives row `out` of the kernel at channel, row, column. */
function patchConvolution(
  side: number,
  dim: number,
  weight: (out: number, at: { channel: number; row: number; col: number }) => number,
): Uint8Array {
  const values = Array.from({ length: dim * 3 * side * side }, (_, i) =>
    weight(Math.floor(i / (3 * side * side)), {
      channel: Math.floor(i / (side * side)) % 3,
      row: Math.floor(i / side) % side,
      col: i % side,
    }),
  );
  const sides = { kernel_shape: [side, side], strides: [side, side] };
  return model(
    [onnxNode('Conv', ['image', 'weights'], 'features', sides)],
    [floatTensor('weights', [dim, 3, side, side], values)],
    dim,
  );
}

/** Three layers of random convolutions with rectifiers, stride 8: an untrained network with a receptive field. */
function randomNetwork(seed: number): Uint8Array {
  const draw = gaussian(seed);
  const widths = [3, 32, 64, 96];
  const nodes: OnnxNode[] = [];
  const weights: OnnxTensor[] = [];
  for (let layer = 1; layer < widths.length; layer++) {
    const [from, to] = [widths[layer - 1]!, widths[layer]!];
    const scale = Math.sqrt(2 / (from * 25));
    weights.push(
      floatTensor(
        `w${layer}`,
        [to, from, 5, 5],
        Array.from({ length: to * from * 25 }, () => draw() * scale),
      ),
    );
    const attributes = { kernel_shape: [5, 5], strides: [2, 2], pads: [2, 2, 2, 2] };
    nodes.push(onnxNode('Conv', [layer === 1 ? 'image' : `r${layer - 1}`, `w${layer}`], `c${layer}`, attributes));
    nodes.push(onnxNode('Relu', [`c${layer}`], layer === widths.length - 1 ? 'features' : `r${layer}`));
  }
  return model(nodes, weights, widths.at(-1)!);
}

function model(node: OnnxNode[], initializer: OnnxTensor[], dim: number): Uint8Array {
  return writeOnnxModel({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'rung',
      node,
      initializer,
      input: [floatValue('image', ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', ['batch', dim, 'rows', 'cols'])],
    },
  });
}

/** The file with every weight matrix changed: noise of `level` times its spread is added, or it is drawn anew. */
function degraded(file: string, change: { level: number } | 'random'): Uint8Array {
  const onnx = readOnnxModel(readFileSync(file));
  const draw = gaussian(7);
  for (const tensor of onnx.graph.initializer ?? []) {
    const isHalf = tensor.dataType === ONNX_HALF;
    if ((tensor.dims ?? []).length < 2 || !tensor.rawData || !(isHalf || tensor.dataType === ONNX_FLOAT)) continue;
    const view = Buffer.from(tensor.rawData);
    const count = view.length / (isHalf ? 2 : 4);
    // Small ones are constants of a conversion, such as that of colours.
    if (count < SMALLEST_WEIGHTS) continue;
    const read = (i: number) => (isHalf ? fromHalf(view.readUInt16LE(i * 2)) : view.readFloatLE(i * 4));
    const values = Array.from({ length: count }, (_, i) => read(i));
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    const changed =
      change === 'random'
        ? values.map(() => mean + draw() * spread)
        : values.map((v) => v + draw() * spread * change.level);
    changed.forEach((value, i) =>
      isHalf ? view.writeUInt16LE(toHalf(value), i * 2) : view.writeFloatLE(value, i * 4),
    );
    tensor.rawData = view;
  }
  return writeOnnxModel(onnx);
}

/**
 * Encoders from worst to best: untrained ones, raw pixels, the shipped ones, given files, and degraded copies of these.
 * @param folder receives the files that are made
 */
export async function gateLadder(folder: string, given: readonly string[]): Promise<Rung[]> {
  const rungs: Rung[] = [];
  const add = async (name: string, from: string | Uint8Array, untrained = false, like?: EncoderCard) => {
    const file = typeof from === 'string' ? from : path.join(folder, `${name.replace(/[^a-z0-9]+/gi, '-')}.onnx`);
    if (typeof from !== 'string') writeFileSync(file, from);
    const card = await loadEncoderCard(file, like && { mean: like.mean, std: like.std, inputRange: like.inputRange });
    rungs.push({ name, path: file, card, untrained });
  };
  const random = (seed: number) => {
    const draw = gaussian(seed);
    return () => draw() / 16;
  };
  await add('random convolution, 16 px', patchConvolution(16, 192, random(1)), true);
  await add('random convolution, 8 px', patchConvolution(8, 96, random(2)), true);
  await add('random convolution, 16 px, 4 channels', patchConvolution(16, 4, random(3)), true);
  await add('random network', randomNetwork(4), true);
  await add(
    'raw pixels, 8 px',
    patchConvolution(8, 192, (out, at) => Number(out === (at.channel * 8 + at.row) * 8 + at.col)),
    true,
  );
  await add(
    'mean colours, 16 px',
    patchConvolution(16, 3, (out, at) => Number(out === at.channel) / 256),
    true,
  );
  const shipped = ['colour-descriptor', 'conv-descriptor'].map((name) =>
    path.resolve(__dirname, `../../encoders/${name}.onnx`),
  );
  for (const file of [...shipped, ...given]) {
    const name = path.basename(file, '.onnx');
    const { card } = (await add(name, file), rungs.at(-1)!);
    // What the shipped ones have is mostly colour, which noise in the trained weights does not touch.
    if (shipped.includes(file)) continue;
    await add(`${name}, noise 0.3`, degraded(file, { level: 0.3 }), false, card);
    await add(`${name}, noise 0.6`, degraded(file, { level: 0.6 }), false, card);
    await add(`${name}, random weights`, degraded(file, 'random'), true, card);
  }
  return rungs;
}
