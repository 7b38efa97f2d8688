import { attribute, dropUnused, GraphIndex, intsOf } from './graph-index';
import { int64Tensor, int64Values, ONNX_FLOAT, OnnxModel, OnnxNode, onnxNode, scalarValue } from './onnx-model';

/** The domain of ONNX Runtime's own operators. */
const RUNTIME_DOMAIN = 'com.microsoft';

/** softmax(scale q kᵀ) v, as it was found. */
interface Attention {
  softmax: OnnxNode;
  /** [batch, heads, tokens, width]; names of values. */
  q: string;
  k: string;
  v: string;
  scale: number;
  heads: number;
  /** The node that gives [batch, tokens, heads x width]. */
  last: OnnxNode;
}

/**
 * Replaces attention that is written out, as exporters write it, by one operator of ONNX Runtime that never holds the
 * scores of all pairs of tokens. Attention with a mask, and any that is written in another way, stays as it is.
 * @param model changed in place
 * @returns how many were replaced
 */
export function fuseAttention(model: OnnxModel): number {
  const { graph } = model;
  const index = new GraphIndex(graph);
  const found = (graph.node ?? []).flatMap((node) => findAttention(index, node) ?? []);
  if (found.length === 0) return 0;
  const added = new Map<OnnxNode, OnnxNode[]>();
  found.forEach((attention, i) => {
    const name = (what: string) => `propago.attention${i}.${what}`;
    const flat = name('flat');
    const nodes: OnnxNode[] = [];
    const inputs = (['q', 'k', 'v'] as const).map((part) => {
      const rows = tokenRows(index, attention[part]);
      if (rows !== undefined) return rows;
      nodes.push(
        onnxNode('Transpose', [attention[part]], name(`${part}.tokens`), { perm: [0, 2, 1, 3] }),
        onnxNode('Reshape', [name(`${part}.tokens`), flat], name(part)),
      );
      return name(part);
    });
    if (nodes.length > 0) graph.initializer = [...(graph.initializer ?? []), int64Tensor(flat, [3], [0, 0, -1])];
    const [output] = attention.last.output;
    const settings = { num_heads: attention.heads, scale: { f: attention.scale } };
    const fused = onnxNode('MultiHeadAttention', inputs, output, settings);
    added.set(attention.last, [...nodes, { ...fused, name: name('fused'), domain: RUNTIME_DOMAIN }]);
  });
  graph.node = graph.node!.flatMap((node) => added.get(node) ?? [node]);
  dropUnused(graph);
  if (!model.opsetImport.some(({ domain }) => domain === RUNTIME_DOMAIN)) {
    model.opsetImport = [...model.opsetImport, { domain: RUNTIME_DOMAIN, version: 1 }];
  }
  return found.length;
}

function findAttention(index: GraphIndex, softmax: OnnxNode): Attention | undefined {
  if (softmax.opType !== 'Softmax' || ![-1, 3].includes(Number(attribute(softmax, 'axis')?.i ?? -1))) return undefined;
  const scores = unscaled(index, softmax.input[0]);
  const product = index.producer(scores.value);
  const mixing = index.onlyConsumer(softmax.output[0]);
  const turned = mixing && index.onlyConsumer(mixing.output[0]);
  const last = turned && index.onlyConsumer(turned.output[0]);
  if (product?.opType !== 'MatMul' || mixing?.opType !== 'MatMul' || mixing.input[0] !== softmax.output[0]) return;
  if (turned?.opType !== 'Transpose' || last?.opType !== 'Reshape') return;
  if (intsOf(turned, 'perm')?.join() !== '0,2,1,3') return;
  const q = unscaled(index, product.input[0]);
  const outer = unscaled(index, product.input[1]);
  const transpose = index.producer(outer.value);
  if (transpose?.opType !== 'Transpose' || intsOf(transpose, 'perm')?.join() !== '0,1,3,2') return;
  const k = unscaled(index, transpose.input[0]);
  const v = mixing.input[1];
  const heads = headsOf(index, v) ?? headsOf(index, q.value);
  if (heads === undefined) return;
  const scale = scores.scale * q.scale * outer.scale * k.scale;
  return { softmax, q: q.value, k: k.value, v, scale, heads, last };
}

/** A value without the products with numbers that lead to it, and those numbers' product. */
function unscaled(index: GraphIndex, value: string): { value: string; scale: number } {
  let scale = 1;
  for (;;) {
    const node = index.producer(value);
    if (!node || index.onlyConsumer(value) === undefined) return { value, scale };
    const [first, second] = node.input;
    const factor = scalar(index, second);
    if (node.opType === 'Mul' && factor !== undefined) [value, scale] = [first, scale * factor];
    else if (node.opType === 'Div' && factor !== undefined) [value, scale] = [first, scale / factor];
    else return { value, scale };
  }
}

function scalar(index: GraphIndex, value: string | undefined): number | undefined {
  const tensor = value === undefined ? undefined : index.constant(value);
  return tensor?.dataType === ONNX_FLOAT ? scalarValue(tensor) : undefined;
}

/** [batch, tokens, heads x width] of which a value [batch, heads, tokens, width] was made. */
function tokenRows(index: GraphIndex, value: string): string | undefined {
  const turned = index.producer(value);
  if (turned?.opType !== 'Transpose' || intsOf(turned, 'perm')?.join() !== '0,2,1,3') return undefined;
  const split = index.producer(turned.input[0]);
  return split && splitShape(index, split)?.length === 4 ? split.input[0] : undefined;
}

/** Heads of a value [batch, heads, tokens, width]: where its last axis was split. */
function headsOf(index: GraphIndex, value: string): number | undefined {
  for (let node = index.producer(value); node; node = index.producer(node.input[0])) {
    const shape = splitShape(index, node);
    if (shape) return shape.length >= 4 && shape.at(-2)! > 0 ? shape.at(-2) : undefined;
    if (!['Transpose', 'Gather', 'Split', 'Squeeze', 'Slice'].includes(node.opType)) return undefined;
  }
  return undefined;
}

function splitShape(index: GraphIndex, node: OnnxNode): number[] | undefined {
  const shape = node.opType === 'Reshape' ? index.constant(node.input[1]) : undefined;
  return shape && int64Values(shape);
}
