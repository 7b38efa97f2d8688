import { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from './onnx-model';

/** Who gives and who takes each value of a graph. */
export class GraphIndex {
  private readonly producers = new Map<string, OnnxNode>();
  private readonly takers = new Map<string, OnnxNode[]>();
  private readonly constants = new Map<string, OnnxTensor>();
  private readonly results: ReadonlySet<string>;

  constructor(graph: OnnxGraph) {
    this.results = new Set(graph.output?.map(({ name }) => name));
    for (const tensor of graph.initializer ?? []) this.constants.set(tensor.name ?? '', tensor);
    for (const node of graph.node ?? []) {
      for (const name of node.output) this.producers.set(name, node);
      for (const name of node.input) this.takers.set(name, [...(this.takers.get(name) ?? []), node]);
      const value = node.opType === 'Constant' ? attribute(node, 'value')?.t : undefined;
      if (value) this.constants.set(node.output[0], value);
    }
  }

  producer(value: string): OnnxNode | undefined {
    return this.producers.get(value);
  }

  consumers(value: string): readonly OnnxNode[] {
    return this.takers.get(value) ?? [];
  }

  /** The node that alone takes a value which leaves the graph nowhere. */
  onlyConsumer(value: string): OnnxNode | undefined {
    const nodes = this.consumers(value);
    return nodes.length === 1 && !this.results.has(value) ? nodes[0] : undefined;
  }

  constant(value: string): OnnxTensor | undefined {
    return this.constants.get(value);
  }
}

export function attribute(node: OnnxNode, name: string): OnnxAttribute | undefined {
  return node.attribute?.find((entry) => entry.name === name);
}

/** A list of whole numbers, or undefined where the node has no such attribute. */
export function intsOf(node: OnnxNode, name: string): number[] | undefined {
  return attribute(node, name)?.ints?.map(Number);
}

/** Removes nodes whose outputs nobody takes. */
export function dropUnused(graph: OnnxGraph): void {
  const wanted = new Set(graph.output?.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  // Nodes stand after those whose outputs they take.
  for (const node of [...(graph.node ?? [])].reverse()) {
    if (!node.output.some((name) => wanted.has(name))) continue;
    for (const name of [...node.input, ...outerValues(node)]) wanted.add(name);
    kept.push(node);
  }
  graph.node = kept.reverse();
}

/** Values that the graphs inside a node take from outside. */
function outerValues(node: OnnxNode): string[] {
  const inner = (node.attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
  return inner.flatMap((graph) => (graph.node ?? []).flatMap((entry) => [...entry.input, ...outerValues(entry)]));
}
