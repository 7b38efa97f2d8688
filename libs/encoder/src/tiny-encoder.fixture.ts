import {
  floatTensor,
  floatValue,
  int64Tensor,
  OnnxAxis,
  OnnxModel,
  OnnxNode,
  onnxNode,
  writeOnnxModel,
} from './onnx-model';

/** A one-convolution patch embedding for tests: 8 px patches, 4 channels, weights from a fixed sequence. */
export interface TinyEncoderOptions {
  layout?: 'tokens' | 'map';
  patchSize?: number;
  dim?: number;
  inputShape?: OnnxAxis[];
  /** Replaces the weights, for instance to give zero or infinite features. */
  weight?: (index: number) => number;
  metadata?: Record<string, string>;
  /** Adds a CLS-like first token to the `tokens` layout. */
  extraToken?: boolean;
}

export function tinyEncoder(options: TinyEncoderOptions = {}): OnnxModel {
  const { layout = 'map', patchSize = 8, dim = 4 } = options;
  const size = dim * 3 * patchSize * patchSize;
  const weight = options.weight ?? ((i: number) => Math.sin(i * 12.9898) / patchSize);
  const weights = floatTensor(
    'weights',
    [dim, 3, patchSize, patchSize],
    Array.from({ length: size }, (_, i) => weight(i)),
  );
  const conv = (output: string) =>
    onnxNode('Conv', ['image', 'weights'], output, {
      kernel_shape: [patchSize, patchSize],
      strides: [patchSize, patchSize],
    });
  const last = options.extraToken ? 'patches' : 'features';
  const tokens: OnnxNode[] = [
    conv('embedded'),
    onnxNode('Reshape', ['embedded', 'flat'], 'channels'),
    onnxNode('Transpose', ['channels'], last, { perm: [0, 2, 1] }),
  ];
  if (options.extraToken) tokens.push(onnxNode('Concat', ['cls', last], 'features', { axis: 1 }));
  const cls = floatTensor('cls', [1, 1, dim], Array<number>(dim).fill(1));
  return {
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'tiny',
      node: layout === 'map' ? [conv('features')] : tokens,
      initializer: [weights, int64Tensor('flat', [3], [0, dim, -1]), ...(options.extraToken ? [cls] : [])],
      input: [floatValue('image', options.inputShape ?? ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', layout === 'map' ? ['batch', dim, 'rows', 'cols'] : ['batch', 'patches', dim])],
    },
  };
}

export function tinyEncoderBytes(options: TinyEncoderOptions = {}): Uint8Array {
  return writeOnnxModel(tinyEncoder(options));
}

/** count frames of noise, rgb24, the same for the same seed. */
export function noiseFrames(count: number, width: number, height: number, seed = 1): Uint8Array {
  const frames = new Uint8Array(count * width * height * 3);
  // Its own name: the global Math of Jest's realm is slow to look up.
  const { imul } = Math;
  let state = seed;
  for (let i = 0; i < frames.length; i++) {
    state = (imul(state, 1664525) + 1013904223) >>> 0;
    frames[i] = state >>> 24;
  }
  return frames;
}
