import {
  floatTensor,
  floatValue,
  int64Tensor,
  ONNX_FLOAT,
  onnxNode,
  type OnnxNode,
  type OnnxTensor,
  writeOnnxModel,
} from '../src/onnx-model';

const PATCH = 16;
const DIM = 384;
const HIDDEN = 1536;
/** Bytes of the two weights of one block. */
const BLOCK_BYTES = 2 * DIM * HIDDEN * 4;

/**
 * An encoder of about `bytes` bytes, for measuring what holding one costs: a patch embedding and as many residual
 * two-layer blocks as are needed, with the widths of a ViT-S/16 and weights from a fixed sequence.
 * @param seed another seed is another file of the same size
 */
export function largeEncoderBytes(bytes = 90e6, seed = 1): Uint8Array {
  const random = uniform(seed);
  const weight = (name: string, dims: number[], scale: number): OnnxTensor => {
    const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => random() * scale);
    return { name, dims, dataType: ONNX_FLOAT, rawData: new Uint8Array(values.buffer) };
  };
  const initializer = [
    weight('embedding', [DIM, 3, PATCH, PATCH], 0.1),
    int64Tensor('flat', [3], [0, DIM, -1]),
    floatTensor('gain', [1], [0.1]),
  ];
  const node: OnnxNode[] = [
    onnxNode('Conv', ['image', 'embedding'], 'embedded', { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] }),
    onnxNode('Reshape', ['embedded', 'flat'], 'channels'),
    onnxNode('Transpose', ['channels'], 'tokens0', { perm: [0, 2, 1] }),
  ];
  const blocks = Math.max(1, Math.round(bytes / BLOCK_BYTES));
  for (let i = 0; i < blocks; i++) {
    initializer.push(weight(`up${i}`, [DIM, HIDDEN], 0.05), weight(`down${i}`, [HIDDEN, DIM], 0.05));
    node.push(
      onnxNode('MatMul', [`tokens${i}`, `up${i}`], `wide${i}`),
      onnxNode('Relu', [`wide${i}`], `active${i}`),
      onnxNode('MatMul', [`active${i}`, `down${i}`], `narrow${i}`),
      onnxNode('Mul', [`narrow${i}`, 'gain'], `step${i}`),
      onnxNode('Add', [`tokens${i}`, `step${i}`], i === blocks - 1 ? 'features' : `tokens${i + 1}`),
    );
  }
  return writeOnnxModel({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'large',
      node,
      initializer,
      input: [floatValue('image', ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', ['batch', 'patches', DIM])],
    },
  });
}

/** A sequence in -1..1, the same for the same seed. */
function uniform(seed: number): () => number {
  const { imul } = Math;
  let state = seed;
  return () => {
    state = (imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}
