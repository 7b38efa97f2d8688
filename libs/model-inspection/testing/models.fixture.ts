import {
  floatTensor,
  floatValue,
  int64Tensor,
  OnnxAxis,
  OnnxModel,
  OnnxNode,
  onnxNode,
  OnnxTensor,
  writeOnnxModel,
} from '@propago/encoder';

/** How a small encoder differs from a good one. */
export interface SmallModel {
  /** Nodes after the patch embedding `embedded`, of which one gives `features`; without any it is the output. */
  after?: OnnxNode[];
  constants?: OnnxTensor[];
  patchSize?: number;
  dim?: number;
  inputShape?: OnnxAxis[];
  outputShape?: OnnxAxis[];
  weight?: (index: number) => number;
  metadata?: Record<string, string>;
  opset?: number;
  irVersion?: number;
}

/** A one-convolution patch embedding: image [batch, 3, height, width] to features [batch, dim, rows, cols]. */
export function smallModel(options: SmallModel = {}): OnnxModel {
  const { patchSize = 8, dim = 4, after = [], constants = [] } = options;
  const weight = options.weight ?? ((i: number) => Math.sin(i * 12.9898) / patchSize);
  const size = [dim, 3, patchSize, patchSize];
  const weights = Array.from({ length: dim * 3 * patchSize * patchSize }, (_, i) => weight(i));
  const sides = { kernel_shape: [patchSize, patchSize], strides: [patchSize, patchSize] };
  return {
    irVersion: options.irVersion ?? 8,
    producerName: 'test',
    opsetImport: [{ version: options.opset ?? 17 }],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'small',
      node: [onnxNode('Conv', ['image', 'weights'], after.length > 0 ? 'embedded' : 'features', sides), ...after],
      initializer: [floatTensor('weights', size, weights), ...constants],
      input: [floatValue('image', options.inputShape ?? ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', options.outputShape ?? ['batch', dim, 'rows', 'cols'])],
    },
  };
}

export function smallModelBytes(options: SmallModel = {}): Buffer {
  return Buffer.from(writeOnnxModel(smallModel(options)));
}

/** A model whose first tensor is filled by `node`, beside a good encoder: the bytes of a bomb that loads. */
export function withConstantNode(node: OnnxNode, constants: OnnxTensor[], before: OnnxNode[] = []): Buffer {
  const model = smallModel({ constants });
  model.graph.node?.unshift(...before, node);
  return Buffer.from(writeOnnxModel(model));
}

export { floatTensor, floatValue, int64Tensor, onnxNode };
