import { CARD_METADATA_KEY } from './encoder-card';
import { floatTensor, floatValue, int64Tensor, OnnxModel, OnnxNode, onnxNode, OnnxTensor } from './onnx-model';

/**
 * The default encoder: a training-free descriptor of the colours round each 8 px cell, as an ONNX graph.
 *
 * RGB -> 2x2 mean -> CIE Lab -> soft histograms of L, a and b (triangular bins, neighbours sum to 1) -> mean over two
 * square windows centred on the cell -> square root, which makes the dot product the Bhattacharyya coefficient of the
 * histograms (the Hellinger kernel) -> unit length per window -> both windows side by side, unit length.
 * It knows colour only: objects whose colours are shared with their surroundings, or change, are lost.
 */

/** Side of a cell, px. */
const STRIDE = 8;
/** Sides of the averaging windows, px; multiples of `STRIDE`. */
const WINDOWS = [8, 32];
const BINS = 12;
/** Centres of the outer bins; values beyond count for the outer bin. */
const RANGES: readonly [low: number, high: number][] = [
  [5, 95],
  [-40, 40],
  [-40, 40],
];
const MAPS = RANGES.length * BINS;
const DIM = MAPS * WINDOWS.length;

/** Linear sRGB (D65) to XYZ, IEC 61966-2-1; rows are divided by the white point below. */
const XYZ = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
];
/** Keeps the cube root's slope finite at black, as the linear part of CIE's definition does. */
const BLACK = 0.002;
/** L = 116 fy - 16, a = 500 (fx - fy), b = 200 (fy - fz). */
const LAB = [
  [0, 116, 0],
  [500, -500, 0],
  [0, 200, -200],
];
const LAB_BIAS = [-16, 0, 0];

const CARD = {
  name: 'colour-descriptor',
  patchSize: STRIDE,
  dim: DIM,
  inputMultiple: STRIDE,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  inputRange: [0, 1],
  layout: 'map',
  l2Normalised: true,
  inputName: 'image',
  outputName: 'features',
  provenance: 'Training-free; written by this project, no weights learned.',
};

/** The graph of the default encoder: `image` [batch, 3, height, width] in 0..1 to `features` [batch, 72, rows, cols]. */
export function colourDescriptor(): OnnxModel {
  const constants: OnnxTensor[] = [
    floatTensor('gamma', [], [2.2]),
    floatTensor('third', [], [1 / 3]),
    floatTensor('one', [], [1]),
    floatTensor('zero', [], [0]),
    // Keeps the square root's slope finite at an empty bin; noise there would otherwise weigh most.
    floatTensor('empty', [], [1e-4]),
    floatTensor('share', [], [Math.sqrt(1 / WINDOWS.length)]),
    int64Tensor('channels', [1], [1]),
    ...pointwise(
      'xyz',
      XYZ.map((row) => row.map((value) => value / row.reduce((sum, v) => sum + v))),
      [BLACK, BLACK, BLACK],
    ),
    ...pointwise('lab', LAB, LAB_BIAS),
    ...pointwise('bins', ...binDistances()),
    floatTensor(
      'lows',
      [1, 3, 1, 1],
      RANGES.map(([low]) => low),
    ),
    floatTensor(
      'highs',
      [1, 3, 1, 1],
      RANGES.map(([, high]) => high),
    ),
  ];
  const nodes: OnnxNode[] = [
    onnxNode('AveragePool', ['image'], 'half', pool(2, 2)),
    onnxNode('Pow', ['half', 'gamma'], 'linear'),
    onnxNode('Conv', ['linear', 'xyz.weight', 'xyz.bias'], 'xyz'),
    onnxNode('Pow', ['xyz', 'third'], 'root'),
    onnxNode('Conv', ['root', 'lab.weight', 'lab.bias'], 'lab'),
    onnxNode('Max', ['lab', 'lows'], 'lab.above'),
    onnxNode('Min', ['lab.above', 'highs'], 'lab.inside'),
    onnxNode('Conv', ['lab.inside', 'bins.weight', 'bins.bias'], 'bins.signed'),
    onnxNode('Abs', ['bins.signed'], 'bins.distance'),
    onnxNode('Sub', ['one', 'bins.distance'], 'bins.overlap'),
    onnxNode('Relu', ['bins.overlap'], 'bins'),
    // Every window is made of whole quarter-size pixels, so averaging them first is exact and saves most of the work.
    onnxNode('AveragePool', ['bins'], 'quarter', pool(2, 2)),
  ];
  for (const window of WINDOWS) {
    const name = `window${window}`;
    const margin = (window - STRIDE) / 8;
    constants.push(int64Tensor(`${name}.pads`, [8], [0, 0, margin, margin, 0, 0, margin, margin]));
    nodes.push(
      onnxNode('Pad', ['quarter', `${name}.pads`], `${name}.padded`, { mode: 'edge' }),
      onnxNode('AveragePool', [`${name}.padded`], `${name}.mean`, pool(window / 4, STRIDE / 4)),
      onnxNode('Add', [`${name}.mean`, 'empty'], `${name}.shares`),
      onnxNode('Sqrt', [`${name}.shares`], `${name}.root`),
      // The squares of the roots are the shares themselves.
      onnxNode('ReduceSum', [`${name}.shares`, 'channels'], `${name}.sum`, { keepdims: 1 }),
      onnxNode('Sqrt', [`${name}.sum`], `${name}.length`),
      onnxNode('Div', [`${name}.root`, `${name}.length`], `${name}.unit`),
    );
  }
  nodes.push(
    onnxNode(
      'Concat',
      WINDOWS.map((window) => `window${window}.unit`),
      'both',
      { axis: 1 },
    ),
    onnxNode('Mul', ['both', 'share'], 'features'),
  );
  return {
    irVersion: 8,
    producerName: 'propago',
    opsetImport: [{ version: 17 }],
    metadataProps: [{ key: CARD_METADATA_KEY, value: JSON.stringify(CARD) }],
    graph: {
      name: CARD.name,
      node: nodes,
      initializer: constants,
      input: [floatValue('image', ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', ['batch', DIM, 'rows', 'cols'])],
    },
  };
}

/** Weights and bias of (value - centre) / spacing for every bin of every channel. */
function binDistances(): [weight: number[][], bias: number[]] {
  const weight: number[][] = [];
  const bias: number[] = [];
  RANGES.forEach(([low, high], channel) => {
    const spacing = (high - low) / (BINS - 1);
    for (let bin = 0; bin < BINS; bin++) {
      weight.push(RANGES.map((_, c) => (c === channel ? 1 / spacing : 0)));
      bias.push(-low / spacing - bin);
    }
  });
  return [weight, bias];
}

/** Weight [out, in, 1, 1] and bias [out] of a 1x1 convolution. */
function pointwise(name: string, weight: number[][], bias: number[]): OnnxTensor[] {
  return [
    floatTensor(`${name}.weight`, [weight.length, weight[0].length, 1, 1], weight.flat()),
    floatTensor(`${name}.bias`, [bias.length], bias),
  ];
}

function pool(side: number, stride: number) {
  return { kernel_shape: [side, side], strides: [stride, stride] };
}
