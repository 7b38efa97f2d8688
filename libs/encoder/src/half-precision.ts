import { GraphIndex } from './graph-index';
import { ONNX_FLOAT, ONNX_FLOAT16, OnnxModel, OnnxNode, onnxNode } from './onnx-model';

/** Operators whose product of a large matrix makes binary16 worth its casts. */
const HEAVY = new Set(['Conv', 'Gemm', 'MatMul']);
/** Smaller matrices are of colour spaces and the like, where the digits count and the time does not. */
const LARGE_MATRIX = 4096;

/** Operators that may compute in binary16, and how many of their first inputs are numbers like their output. */
const NUMERIC_INPUTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'Add Sub Mul Div Max Min Concat Conv Gemm MatMul MultiHeadAttention LayerNormalization Gelu Erf Relu Sigmoid Tanh Neg Softmax Identity'
      .split(' ')
      .map((name) => [name, Infinity]),
  ),
  ...Object.fromEntries('Reshape Transpose Split Slice Squeeze Unsqueeze Expand'.split(' ').map((name) => [name, 1])),
};

/**
 * Lets the network itself compute in binary16: from the first product with a large matrix on, through operators that
 * neither gain nor lose digits, to where anything else looks at the numbers. What follows from the frames' size alone, such
 * as positions, and all arithmetic before and after stays in float32.
 * @param model changed in place
 * @param image the graph's input
 * @returns how many nodes compute in binary16
 */
export function computeInHalf({ graph }: OnnxModel, image: string): number {
  const index = new GraphIndex(graph);
  const nodes = graph.node ?? [];
  const ofPixels = valuesOfPixels(nodes, image);
  const half = new Set<string>();
  const inside = new Set<OnnxNode>();
  for (const node of nodes) {
    const numbers = numericInputs(node).filter((name) => ofPixels.has(name));
    if (numbers.length === 0) continue;
    const heavy = HEAVY.has(node.opType) && node.input.some((name) => largest(index, name, ofPixels) >= LARGE_MATRIX);
    if (!heavy && !numbers.every((name) => half.has(name))) continue;
    inside.add(node);
    for (const name of node.output) half.add(name);
  }
  const results = new Set(graph.output?.map(({ name }) => name));
  const made = new Set<string>();
  graph.node = nodes.flatMap((node) => {
    const casts: OnnxNode[] = [];
    if (!inside.has(node)) return [node];
    const numeric = new Set(numericInputs(node));
    const input = node.input.map((name) => {
      if (!numeric.has(name)) return name;
      if (!half.has(name) && !made.has(name))
        casts.push(onnxNode('Cast', [name], halfName(name), { to: ONNX_FLOAT16 }));
      made.add(name);
      return halfName(name);
    });
    const back = node.output.filter((name) => results.has(name) || index.consumers(name).some((n) => !inside.has(n)));
    return [
      ...casts,
      Object.assign(node, { input, output: node.output.map(halfName) }),
      ...back.map((name) => ({
        ...onnxNode('Cast', [halfName(name)], name, { to: ONNX_FLOAT }),
        // The node that gave this value may be called so.
        name: `propago.full.${name}`,
      })),
    ];
  });
  return inside.size;
}

function halfName(name: string): string {
  return name === '' ? '' : `propago.half.${name}`;
}

/** Inputs of a node that have its output's type, without those that are left out. */
function numericInputs(node: OnnxNode): string[] {
  return node.input.slice(0, NUMERIC_INPUTS[node.opType] ?? 0).filter((name) => name !== '');
}

/** Values that depend on the pixels, not only on how many there are. */
function valuesOfPixels(nodes: readonly OnnxNode[], image: string): Set<string> {
  const values = new Set([image]);
  for (const { opType, input, output } of nodes) {
    if (opType === 'Shape' || opType === 'Size' || !input.some((name) => values.has(name))) continue;
    for (const name of output) values.add(name);
  }
  return values;
}

/** Elements of the largest constant that a value without pixels is made of. */
function largest(index: GraphIndex, value: string, ofPixels: ReadonlySet<string>): number {
  if (ofPixels.has(value)) return 0;
  const constant = index.constant(value);
  if (constant) return (constant.dims ?? []).reduce((product: number, side) => product * Number(side), 1);
  const node = index.producer(value);
  return Math.max(0, ...(node?.input ?? []).map((name) => largest(index, name, ofPixels)));
}
