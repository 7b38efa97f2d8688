/** One axis of a declared shape: a length, a name, or nothing. */
export type ScannedAxis = number | string | undefined;

/** A constant of the model; its payload stays in the file unless it is small. */
export interface ScannedTensor {
  name: string;
  dims: number[];
  /** `TensorProto.DataType`. */
  type: number;
  elements: number;
  /** Size in memory. */
  bytes: number;
  /** The numbers themselves where they are few, as sizes and shapes are; int64 beyond 2^53 rounded. */
  values?: number[];
}

/** An attribute of a node; only one of the values is there. */
export interface ScannedAttribute {
  name: string;
  /** `AttributeProto.AttributeType`; 0 where the file does not say. */
  type: number;
  numbers: number[];
  text?: string;
  tensor?: ScannedTensor;
}

export interface ScannedNode {
  name: string;
  opType: string;
  domain: string;
  /** An empty name is an optional input that is left out. */
  inputs: string[];
  outputs: string[];
  attributes: Map<string, ScannedAttribute>;
}

/** A declared input or output of the graph; `type` is a `TensorProto.DataType`. */
export interface ScannedPort {
  name: string;
  type?: number;
  shape?: ScannedAxis[];
}

/** The structure of a model file: everything but weights. */
export interface ScannedModel {
  irVersion: number;
  producer: string;
  opsets: { domain: string; version: number }[];
  /** Entries of `metadata_props`; a value over 64 KiB is left in the file (null). */
  metadata: Map<string, string | null>;
  nodes: ScannedNode[];
  initialisers: ScannedTensor[];
  inputs: ScannedPort[];
  outputs: ScannedPort[];
}

/** How a node is called in a message: by its name, or by what it gives. */
export function nodeLabel(node: ScannedNode): string {
  return `${node.opType} node ${JSON.stringify(node.name || node.outputs[0] || '')}`;
}
