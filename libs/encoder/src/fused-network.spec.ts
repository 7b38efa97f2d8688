import { fuseAttention } from './fuse-attention';
import { computeInHalf } from './half-precision';
import {
  floatTensor,
  floatValue,
  int64Tensor,
  ONNX_FLOAT,
  OnnxModel,
  OnnxNode,
  onnxNode,
  readOnnxModel,
  writeOnnxModel,
} from './onnx-model';

const DIM = 8;
const HEADS = 2;

/** One attention as exporters write it, of `tokens` [batch, tokens, dim]; scaled where the options say. */
function attention(options: { scaled?: 'queries' | 'scores'; rotary?: boolean; mask?: boolean } = {}): OnnxModel {
  const { scaled = 'queries' } = options;
  const nodes: OnnxNode[] = [onnxNode('MatMul', ['tokens', 'qkv'], 'mixed')];
  nodes.push({ ...onnxNode('Split', ['mixed', 'thirds'], 'split', { axis: 2 }), output: ['q', 'k', 'v'] });
  for (const part of ['q', 'k', 'v']) {
    nodes.push(
      onnxNode('Reshape', [part, 'byHead'], `${part}.split`),
      onnxNode('Transpose', [`${part}.split`], `${part}.heads`, { perm: [0, 2, 1, 3] }),
    );
  }
  const turned = options.rotary ? 'q.turned' : 'q.heads';
  if (options.rotary) nodes.push(onnxNode('Neg', ['q.heads'], turned));
  const queries = scaled === 'queries' ? 'q.scaled' : turned;
  if (scaled === 'queries') nodes.push(onnxNode('Mul', [turned, 'half'], queries));
  nodes.push(
    onnxNode('Transpose', ['k.heads'], 'k.turned', { perm: [0, 1, 3, 2] }),
    onnxNode('MatMul', [queries, 'k.turned'], 'scores'),
  );
  let scores = 'scores';
  if (scaled === 'scores') nodes.push(onnxNode('Div', [scores, 'two'], (scores = 'scores.scaled')));
  if (options.mask) nodes.push(onnxNode('Add', [scores, 'q.mask'], (scores = 'scores.masked')));
  nodes.push(
    onnxNode('Softmax', [scores], 'shares', { axis: -1 }),
    onnxNode('MatMul', ['shares', 'v.heads'], 'sums'),
    onnxNode('Transpose', ['sums'], 'sums.tokens', { perm: [0, 2, 1, 3] }),
    onnxNode('Reshape', ['sums.tokens', 'joined'], 'features'),
  );
  const qkv = Array.from({ length: DIM * 3 * DIM }, (_, i) => Math.sin(i));
  const model: OnnxModel = {
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'attention',
      node: nodes,
      initializer: [
        floatTensor('qkv', [DIM, 3 * DIM], qkv),
        floatTensor('half', [], [0.5]),
        floatTensor('two', [], [2]),
        floatTensor('q.mask', [1], [0]),
        int64Tensor('thirds', [3], [DIM, DIM, DIM]),
        int64Tensor('byHead', [4], [0, 0, HEADS, DIM / HEADS]),
        int64Tensor('joined', [3], [0, 0, DIM]),
      ],
      input: [floatValue('tokens', ['batch', 'count', DIM])],
      output: [floatValue('features', ['batch', 'count', DIM])],
    },
  };
  return readOnnxModel(writeOnnxModel(model));
}

const operators = ({ graph }: OnnxModel) => graph.node!.map(({ opType }) => opType);

describe('fuseAttention', () => {
  it.each(['queries', 'scores'] as const)('replaces attention whose %s are scaled', (scaled) => {
    const model = attention({ scaled });
    expect(fuseAttention(model)).toBe(1);
    expect(operators(model)).toEqual(['MatMul', 'Split', 'MultiHeadAttention']);
    const fused = model.graph.node![2];
    expect(fused).toMatchObject({ domain: 'com.microsoft', input: ['q', 'k', 'v'], output: ['features'] });
    const settings = Object.fromEntries(fused.attribute!.map(({ name, i, f }) => [name, i ?? f]));
    expect(settings).toEqual({ num_heads: HEADS, scale: 0.5 });
    expect(model.opsetImport).toContainEqual({ domain: 'com.microsoft', version: 1 });
  });

  it('takes queries that were turned by their position back to tokens', () => {
    const model = attention({ rotary: true });
    expect(fuseAttention(model)).toBe(1);
    expect(operators(model).slice(-3)).toEqual(['Transpose', 'Reshape', 'MultiHeadAttention']);
  });

  it('leaves attention with a mask, and what is taken elsewhere too, as it is', () => {
    const masked = attention({ mask: true });
    const before = operators(masked);
    expect(fuseAttention(masked)).toBe(0);
    expect(operators(masked)).toEqual(before);
    const watched = attention();
    watched.graph.output!.push(floatValue('shares', ['batch', HEADS, 'count', 'count']));
    expect(fuseAttention(watched)).toBe(0);
  });
});

describe('computeInHalf', () => {
  /** A matrix of so many columns, then the root of a sum. */
  const model = (columns: number): OnnxModel =>
    readOnnxModel(
      writeOnnxModel({
        irVersion: 8,
        opsetImport: [{ version: 17 }],
        graph: {
          node: [
            onnxNode('Shape', ['tokens'], 'sizes'),
            onnxNode('Cast', ['sizes'], 'numbers', { to: ONNX_FLOAT }),
            onnxNode('ReduceSum', ['numbers'], 'total'),
            onnxNode('MatMul', ['tokens', 'matrix'], 'product'),
            onnxNode('Add', ['product', 'total'], 'moved'),
            onnxNode('Relu', ['moved'], 'positive'),
            onnxNode('Sqrt', ['positive'], 'root'),
          ],
          initializer: [floatTensor('matrix', [64, columns], new Array<number>(64 * columns).fill(0.5))],
          input: [floatValue('tokens', ['batch', 'count', 64])],
          output: [floatValue('root', ['batch', 'count', columns])],
        },
      }),
    );

  it('begins at a large product and ends where digits count', () => {
    const changed = model(64);
    expect(computeInHalf(changed, 'tokens')).toBe(3);
    const steps = changed.graph.node!.map(
      ({ opType, input, output }) => `${opType} ${input.join()} > ${output.join()}`,
    );
    expect(steps).toEqual([
      'Shape tokens > sizes',
      'Cast sizes > numbers',
      'ReduceSum numbers > total',
      'Cast tokens > propago.half.tokens',
      'Cast matrix > propago.half.matrix',
      'MatMul propago.half.tokens,propago.half.matrix > propago.half.product',
      'Cast total > propago.half.total',
      'Add propago.half.product,propago.half.total > propago.half.moved',
      'Relu propago.half.moved > propago.half.positive',
      'Cast propago.half.positive > positive',
      'Sqrt positive > root',
    ]);
  });

  it('leaves small products in float32', () => {
    const small = model(8);
    const before = operators(small);
    expect(computeInHalf(small, 'tokens')).toBe(0);
    expect(operators(small)).toEqual(before);
  });
});
