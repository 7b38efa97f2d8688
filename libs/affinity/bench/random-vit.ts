import { floatTensor, floatValue, int64Tensor, OnnxModel, OnnxNode, onnxNode, OnnxTensor } from '@propago/encoder';

const PATCH = 16;
const DIM = 384;
const HEADS = 6;
const DEPTH = 12;

/** About normal, variance 1. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}

/**
 * A vision transformer of the size of ViT-S/16 (12 blocks, 384 dimensions, 6 heads) with **random weights**: its features are
 * random functions of what is in the picture, of the size, cost and kind of a trained one's. Four of the last layer's gains are
 * fifteen times the others, as trained transformers have a few huge dimensions. No position embedding.
 */
export function randomVit(): OnnxModel {
  const normal = normals(1);
  const node: OnnxNode[] = [];
  const initializer: OnnxTensor[] = [];
  const random = (name: string, dims: number[], scale: number, centre = 0) => {
    const length = dims.reduce((a, b) => a * b);
    initializer.push(
      floatTensor(
        name,
        dims,
        Array.from({ length }, () => centre + scale * normal()),
      ),
    );
    return name;
  };
  const add = (type: string, input: string[], output: string, attributes: Parameters<typeof onnxNode>[3] = {}) => {
    node.push(onnxNode(type, input, output, attributes));
    return output;
  };
  const linear = (input: string, name: string, from: number, to: number) => {
    const product = add('MatMul', [input, random(`${name}.w`, [from, to], 1 / Math.sqrt(from))], `${name}.product`);
    return add('Add', [product, random(`${name}.b`, [to], 0.02)], name);
  };
  const norm = (input: string, name: string) =>
    add('LayerNormalization', [input, random(`${name}.g`, [DIM], 0.1, 1), random(`${name}.o`, [DIM], 0.02)], name, {
      axis: -1,
    });
  initializer.push(int64Tensor('flat', [3], [0, DIM, -1]), int64Tensor('joined', [3], [0, 0, DIM]));
  initializer.push(int64Tensor('heads', [4], [0, 0, HEADS, DIM / HEADS]));
  initializer.push(floatTensor('scale', [1], [1 / Math.sqrt(DIM / HEADS)]), floatTensor('half', [1], [0.5]));
  initializer.push(floatTensor('one', [1], [1]), floatTensor('root', [1], [Math.SQRT1_2]));

  const side = { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] };
  add('Conv', ['image', random('embed', [DIM, 3, PATCH, PATCH], 1 / (PATCH * 3))], 'map', side);
  add('Reshape', ['map', 'flat'], 'channels');
  let x = add('Transpose', ['channels'], 'tokens', { perm: [0, 2, 1] });
  for (let block = 0; block < DEPTH; block++) {
    const at = (name: string) => `${block}.${name}`;
    const a = norm(x, at('n1'));
    const head = (name: string, perm: number[]) => {
      const split = add('Reshape', [linear(a, at(name), DIM, DIM), 'heads'], at(`${name}.split`));
      return add('Transpose', [split], at(`${name}.heads`), { perm });
    };
    const [q, k, v] = [head('q', [0, 2, 1, 3]), head('k', [0, 2, 3, 1]), head('v', [0, 2, 1, 3])];
    const scores = add('Mul', [add('MatMul', [q, k], at('qk')), 'scale'], at('scores'));
    const mixed = add('MatMul', [add('Softmax', [scores], at('weights'), { axis: -1 }), v], at('mixed'));
    const merged = add('Transpose', [mixed], at('merged'), { perm: [0, 2, 1, 3] });
    const attended = linear(add('Reshape', [merged, 'joined'], at('joined')), at('proj'), DIM, DIM);
    x = add('Add', [x, attended], at('attended'));
    const wide = linear(norm(x, at('n2')), at('fc1'), DIM, 4 * DIM);
    const erf = add('Erf', [add('Mul', [wide, 'root'], at('rooted'))], at('erf'));
    const gate = add('Mul', [add('Add', [erf, 'one'], at('erf1')), 'half'], at('gate'));
    x = add('Add', [x, linear(add('Mul', [wide, gate], at('gelu')), at('fc2'), 4 * DIM, DIM)], at('out'));
  }
  const gains = Array.from({ length: DIM }, (_, d) => (d % 97 === 5 ? 15 : 1) * (1 + 0.1 * normal()));
  initializer.push(floatTensor('gains', [DIM], gains));
  add('LayerNormalization', [x, 'gains', random('offsets', [DIM], 0.5)], 'features', { axis: -1 });
  return {
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'random-vit-s',
      node,
      initializer,
      input: [floatValue('image', ['batch', 3, 'height', 'width'])],
      output: [floatValue('features', ['batch', 'patches', DIM])],
    },
  };
}
