import { EncoderCard } from './encoder-card';
import { fuseAttention } from './fuse-attention';
import { computeInHalf } from './half-precision';
import {
  editOnnxModel,
  floatTensor,
  int64Tensor,
  ONNX_FLOAT,
  ONNX_FLOAT16,
  ONNX_UINT8,
  OnnxModel,
  OnnxNode,
  onnxNode,
  OnnxTensor,
  standardOpset,
  tensorValue,
} from './onnx-model';

/** Every name that serving adds begins so. */
const PREFIX = 'propago.served.';

/** Inputs and outputs of the served graph. */
export const SERVED = {
  /** uint8 [batch, height, width, 3]: frames as they are decoded, rgb24. */
  frames: `${PREFIX}frames`,
  /** [batch, patches, dim], unit rows. */
  rows: { fp16: `${PREFIX}rows16`, fp32: `${PREFIX}rows32` },
  /** float32 [batch, patches]: the length that each row had. */
  lengths: `${PREFIX}lengths`,
} as const;

/** The encoder as its file has it, or with fused attention and products in binary16, which is for accelerators. */
export type Network = 'plain' | 'fused';

/** The first operator set in which ReduceL2 takes its axes as an input. */
const AXES_AS_INPUT = 18;

/**
 * An encoder's graph that takes packed frames: cast, normalisation and layout come before it. Its outputs are its own.
 * @param bytes the ONNX file; fields that this project does not know of stay as they are
 * @throws CodedError ENCODER_INVALID if the bytes are not an ONNX model in one file
 */
export function withFramesIn(bytes: Uint8Array, card: EncoderCard): Uint8Array {
  return editOnnxModel(bytes, (model) => takeFrames(model, card));
}

/**
 * An encoder's graph with everything round it inside: packed frames go in, unit rows and the lengths they had come out,
 * and nothing is left to do per pixel or per feature outside. Lengths are summed in float32: a row longer than about 1e19
 * counts as infinite, one shorter than about 1e-19 as zero.
 * @param bytes as for `withFramesIn` @throws as that
 */
export function servedGraph(bytes: Uint8Array, card: EncoderCard, network: Network): Uint8Array {
  return editOnnxModel(bytes, (model) => {
    if (network === 'fused') {
      fuseAttention(model);
      computeInHalf(model, card.inputName);
    }
    takeFrames(model, card);
    giveRows(model, card);
  });
}

/** `(value / 255 - mean) / std` per channel, planes instead of packed pixels. */
function takeFrames({ graph }: OnnxModel, { mean, std, inputName }: EncoderCard): void {
  const names = ['planes', 'values', 'centred', 'mean', 'std'].map((what) => PREFIX + what);
  const [planes, values, centred, means, stds] = names;
  const centre = mean.some((value) => value !== 0);
  const perChannel = (name: string, channels: number[]) =>
    floatTensor(
      name,
      [1, 3, 1, 1],
      channels.map((value) => 255 * value),
    );
  const nodes = [
    // Bytes are moved, not numbers of four bytes.
    onnxNode('Transpose', [SERVED.frames], planes, { perm: [0, 3, 1, 2] }),
    onnxNode('Cast', [planes], values, { to: ONNX_FLOAT }),
    ...(centre ? [onnxNode('Sub', [values, means], centred)] : []),
    // Another node may be called as the input is.
    { ...onnxNode('Div', [centre ? centred : values, stds], inputName), name: `${PREFIX}input` },
  ];
  graph.node = [...nodes, ...(graph.node ?? [])];
  graph.initializer = [
    ...(graph.initializer ?? []),
    perChannel(stds, std),
    ...(centre ? [perChannel(means, mean)] : []),
  ];
  graph.input = [
    tensorValue(SERVED.frames, ONNX_UINT8, ['batch', 'height', 'width', 3]),
    ...(graph.input ?? []).filter(({ name }) => name !== inputName),
  ];
}

function giveRows(model: OnnxModel, { outputName, layout, l2Normalised, dim }: EncoderCard): void {
  const constants: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const constant = (what: string, values: number[]): string => {
    constants.push(int64Tensor(PREFIX + what, [values.length], values));
    return PREFIX + what;
  };
  const step = (opType: string, input: string[], what: string, attributes: Parameters<typeof onnxNode>[3] = {}) => {
    nodes.push(onnxNode(opType, input, PREFIX + what, attributes));
    return PREFIX + what;
  };
  const flat = layout === 'map' ? step('Reshape', [outputName, constant('flat', [0, 0, -1])], 'flat.rows') : outputName;
  const axis = layout === 'map' ? 1 : 2;
  const length =
    standardOpset(model) >= AXES_AS_INPUT
      ? step('ReduceL2', [flat, constant('axis', [axis])], 'length', { keepdims: 1 })
      : step('ReduceL2', [flat], 'length', { axes: [axis], keepdims: 1 });
  const unit = l2Normalised ? flat : step('Div', [flat, length], 'unit');
  if (layout === 'map') step('Transpose', [unit], 'rows32', { perm: [0, 2, 1] });
  else step('Identity', [unit], 'rows32');
  step('Cast', [SERVED.rows.fp32], 'rows16', { to: ONNX_FLOAT16 });
  step('Reshape', [length, constant('line', [0, -1])], 'lengths');
  const { graph } = model;
  graph.node = [...(graph.node ?? []), ...nodes];
  graph.initializer = [...(graph.initializer ?? []), ...constants];
  graph.output = [
    tensorValue(SERVED.rows.fp16, ONNX_FLOAT16, ['batch', 'patches', dim]),
    tensorValue(SERVED.rows.fp32, ONNX_FLOAT, ['batch', 'patches', dim]),
    tensorValue(SERVED.lengths, ONNX_FLOAT, ['batch', 'patches']),
  ];
}
