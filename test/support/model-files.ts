import { floatTensor, floatValue, onnxNode, writeOnnxModel, type OnnxNode } from '@propago/encoder';

export interface PatchEncoderOptions {
  /** px */
  patchSize?: number;
  dim?: number;
  /** Weight of the convolution by its place; the default gives features that propagate labels somehow. */
  weight?: (place: { out: number; channel: number; row: number; col: number }) => number;
  /** Convolutions of the whole image before the first one; each changes nothing and takes its time. */
  idle?: number;
  metadata?: Record<string, string>;
}

const IDLE_REACH = 11;

/** Mean colour of a patch's quarters: quarter `out / 3`, channel `out % 3`. */
function quarterColours(patchSize: number): NonNullable<PatchEncoderOptions['weight']> {
  const half = patchSize / 2;
  return ({ out, channel, row, col }) => {
    const quarter = Math.floor(row / half) * 2 + Math.floor(col / half);
    return channel === out % 3 && quarter === Math.floor(out / 3) ? 1 / (half * half) : 0;
  };
}

/** The bytes of an encoder in small: one convolution per patch, [batch, dim, rows, cols]. */
export function patchEncoder(options: PatchEncoderOptions = {}): Buffer {
  const { patchSize = 16, dim = 12, idle = 0, metadata = {} } = options;
  const weight = options.weight ?? quarterColours(patchSize);
  const values = Array.from({ length: dim * 3 * patchSize * patchSize }, (_, i) => {
    const [inner, filter] = [i % (patchSize * patchSize), Math.floor(i / (patchSize * patchSize))];
    const [row, col] = [Math.floor(inner / patchSize), inner % patchSize];
    return weight({ out: Math.floor(filter / 3), channel: filter % 3, row, col });
  });
  const idlers = Array.from({ length: idle }, (_, i): OnnxNode => {
    const pads = Array<number>(4).fill((IDLE_REACH - 1) / 2);
    const input = i === 0 ? 'image' : `idle${i - 1}`;
    return onnxNode('Conv', [input, 'identity'], `idle${i}`, { kernel_shape: [IDLE_REACH, IDLE_REACH], pads });
  });
  const patches = onnxNode('Conv', [idle > 0 ? `idle${idle - 1}` : 'image', 'weights'], 'features', {
    kernel_shape: [patchSize, patchSize],
    strides: [patchSize, patchSize],
  });
  const model = {
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'patches',
      node: [...idlers, patches],
      initializer: [
        floatTensor('weights', [dim, 3, patchSize, patchSize], values),
        ...(idle > 0 ? [floatTensor('identity', [3, 3, IDLE_REACH, IDLE_REACH], identityKernel())] : []),
      ],
      input: [floatValue('image', ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', ['batch', dim, 'rows', 'cols'])],
    },
  };
  return Buffer.from(writeOnnxModel(model));
}

function identityKernel(): number[] {
  const taps = IDLE_REACH * IDLE_REACH;
  return Array.from({ length: 9 * taps }, (_, i) => {
    const filter = Math.floor(i / taps);
    return filter % 4 === 0 && i % taps === (taps - 1) / 2 ? 1 : 0;
  });
}
