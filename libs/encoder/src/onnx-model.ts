import { CodedError } from '@propago/contracts';
import { Reader, Root, Type } from 'protobufjs/light';

/** Element types of `TensorProto.data_type` that this project writes or reads. */
export const ONNX_FLOAT = 1;
export const ONNX_UINT8 = 2;
export const ONNX_INT64 = 7;
export const ONNX_FLOAT16 = 10;

/** `AttributeProto.type`; readers require it beside the value. */
const ATTRIBUTE_TYPE = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7 } as const;

/** One axis: a number, or the name of an axis whose length is free. */
export type OnnxAxis = number | string;

/** A named constant of a graph, row-major: `rawData`, little endian, or one of the lists, by its type. */
export interface OnnxTensor {
  name?: string;
  dims?: number[];
  dataType?: number;
  floatData?: number[];
  int64Data?: number[];
  rawData?: Uint8Array;
  externalData?: { key: string; value: string }[];
  dataLocation?: number;
}

export interface OnnxAttribute {
  name: string;
  type?: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: OnnxTensor;
  g?: OnnxGraph;
  floats?: number[];
  ints?: number[];
  tensors?: OnnxTensor[];
  graphs?: OnnxGraph[];
}

export interface OnnxNode {
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute?: OnnxAttribute[];
}

interface OnnxDimension {
  dimValue?: number;
  dimParam?: string;
}

export interface OnnxValueInfo {
  name: string;
  type?: { tensorType?: { elemType?: number; shape?: { dim?: OnnxDimension[] } } };
}

export interface OnnxGraph {
  name?: string;
  node?: OnnxNode[];
  initializer?: OnnxTensor[];
  input?: OnnxValueInfo[];
  output?: OnnxValueInfo[];
  sparseInitializer?: { values?: OnnxTensor; indices?: OnnxTensor }[];
}

/** The part of `ModelProto` (onnx.proto of the ONNX specification) that this project reads and writes. */
export interface OnnxModel {
  irVersion: number;
  producerName?: string;
  producerVersion?: string;
  docString?: string;
  graph: OnnxGraph;
  opsetImport: { domain?: string; version: number }[];
  metadataProps?: { key: string; value: string }[];
}

type FieldTuple = [id: number, type: string, rule?: 'repeated' | 'packed'];

/** Field numbers of onnx.proto. Only `packed` fields are packed there: it is a proto2 file. */
const MESSAGES: Record<string, Record<string, FieldTuple>> = {
  Entry: { key: [1, 'string'], value: [2, 'string'] },
  OperatorSet: { domain: [1, 'string'], version: [2, 'int64'] },
  Dimension: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
  Shape: { dim: [1, 'Dimension', 'repeated'] },
  TensorType: { elemType: [1, 'int32'], shape: [2, 'Shape'] },
  ValueType: { tensorType: [1, 'TensorType'] },
  ValueInfo: { name: [1, 'string'], type: [2, 'ValueType'] },
  Tensor: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    floatData: [4, 'float', 'packed'],
    int64Data: [7, 'int64', 'packed'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    externalData: [13, 'Entry', 'repeated'],
    dataLocation: [14, 'int32'],
  },
  SparseTensor: { values: [1, 'Tensor'], indices: [2, 'Tensor'] },
  Attribute: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'Tensor'],
    g: [6, 'Graph'],
    floats: [7, 'float', 'repeated'],
    ints: [8, 'int64', 'repeated'],
    tensors: [10, 'Tensor', 'repeated'],
    graphs: [11, 'Graph', 'repeated'],
    type: [20, 'int32'],
  },
  Node: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'Attribute', 'repeated'],
    domain: [7, 'string'],
  },
  Graph: {
    node: [1, 'Node', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'Tensor', 'repeated'],
    input: [11, 'ValueInfo', 'repeated'],
    output: [12, 'ValueInfo', 'repeated'],
    sparseInitializer: [15, 'SparseTensor', 'repeated'],
  },
  Model: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    docString: [6, 'string'],
    graph: [7, 'Graph'],
    opsetImport: [8, 'OperatorSet', 'repeated'],
    metadataProps: [14, 'Entry', 'repeated'],
  },
};

let modelType: Type | undefined;

function onnxModelType(): Type {
  if (modelType) return modelType;
  const nested = Object.fromEntries(
    Object.entries(MESSAGES).map(([message, fields]) => [
      message,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, [id, type, rule]]) => [
            name,
            { id, type, ...(rule ? { rule: 'repeated', options: { packed: rule === 'packed' } } : {}) },
          ]),
        ),
      },
    ]),
  );
  modelType = Root.fromJSON({ nested }).lookupType('Model');
  return modelType;
}

/**
 * Reads the header, the graph and the metadata of an ONNX file.
 * @param bytes the whole file; the returned tensors are views of it
 * @throws CodedError ENCODER_INVALID if the bytes are not an ONNX model, or if weights lie in other files: an uploaded
 * model must not make this machine open paths of its choice
 */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  const type = onnxModelType();
  return decoded(() => type.toObject(type.decode(bytes), { longs: Number }) as OnnxModel);
}

/** What `decode` gives, when it is a model in one file. */
function decoded(decode: () => OnnxModel): OnnxModel {
  let model: OnnxModel;
  try {
    model = decode();
  } catch (error) {
    throw new CodedError('ENCODER_INVALID', 'The file is not an ONNX model: it is not a readable protobuf message.', {
      cause: error,
    });
  }
  if (!model.graph?.node?.length || !model.opsetImport?.length) {
    throw new CodedError('ENCODER_INVALID', 'The file is not an ONNX model: it has no graph or no operator set.');
  }
  refuseExternalData(model.graph);
  return model;
}

/**
 * An ONNX file after a change. Fields that are not in the table above stay as they stand in the file.
 * @param edit changes the model that it gets
 * @throws CodedError ENCODER_INVALID as `readOnnxModel`
 */
export function editOnnxModel(bytes: Uint8Array, edit: (model: OnnxModel) => void): Uint8Array {
  const type = onnxModelType();
  const reader = Reader.create(bytes);
  reader.discardUnknown = false;
  const model = decoded(() => type.decode(reader) as unknown as OnnxModel);
  edit(model);
  return type.encode(model).finish();
}

/** The bytes of an ONNX file; the same model always gives the same bytes. */
export function writeOnnxModel(model: OnnxModel): Uint8Array {
  const type = onnxModelType();
  return type.encode(type.fromObject(model)).finish();
}

function refuseExternalData(graph: OnnxGraph): void {
  const tensors = [
    ...(graph.initializer ?? []),
    ...(graph.sparseInitializer ?? []).flatMap(({ values, indices }) => [values, indices]),
    ...(graph.node ?? []).flatMap((node) => (node.attribute ?? []).flatMap((a) => [a.t, ...(a.tensors ?? [])])),
  ];
  const external = tensors.find((tensor) => tensor && (tensor.dataLocation === 1 || tensor.externalData?.length));
  if (external) {
    throw new CodedError(
      'ENCODER_INVALID',
      `The weights of tensor "${external.name ?? ''}" lie in another file; export the model as one file without external data.`,
    );
  }
  for (const node of graph.node ?? []) {
    for (const attribute of node.attribute ?? []) {
      for (const inner of [attribute.g, ...(attribute.graphs ?? [])]) if (inner) refuseExternalData(inner);
    }
  }
}

/** The version of the standard operators that a model uses. */
export function standardOpset({ opsetImport }: Pick<OnnxModel, 'opsetImport'>): number {
  return Number(opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 1);
}

/** A float32 constant. `values` row-major, as many as the product of `dims`. */
export function floatTensor(name: string, dims: number[], values: readonly number[]): OnnxTensor {
  const rawData = new Uint8Array(values.length * 4);
  const view = new DataView(rawData.buffer);
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return { name, dims, dataType: ONNX_FLOAT, rawData };
}

/** An int64 constant. */
export function int64Tensor(name: string, dims: number[], values: readonly number[]): OnnxTensor {
  const rawData = new Uint8Array(values.length * 8);
  const view = new DataView(rawData.buffer);
  values.forEach((value, i) => view.setBigInt64(i * 8, BigInt(value), true));
  return { name, dims, dataType: ONNX_INT64, rawData };
}

/** The values of an int64 constant. */
export function int64Values({ dataType, rawData, int64Data }: OnnxTensor): number[] | undefined {
  if (dataType !== ONNX_INT64) return undefined;
  if (!rawData?.length) return int64Data?.map(Number);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.byteLength / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}

/** The value of a float32 constant that has only one. */
export function scalarValue({ dataType, rawData, floatData }: OnnxTensor): number | undefined {
  if (dataType !== ONNX_FLOAT) return undefined;
  if (floatData?.length === 1) return floatData[0];
  if (rawData?.byteLength !== 4) return undefined;
  return new DataView(rawData.buffer, rawData.byteOffset, 4).getFloat32(0, true);
}

/** A node; attribute values: a number is an int, `{ f }` a float, an array ints, a string a string. */
export function onnxNode(
  opType: string,
  input: string[],
  output: string,
  attributes: Record<string, number | { f: number } | number[] | string> = {},
): OnnxNode {
  const attribute = Object.entries(attributes).map(([name, value]): OnnxAttribute => {
    if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.i, i: value };
    if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPE.s, s: Buffer.from(value) };
    if (Array.isArray(value)) return { name, type: ATTRIBUTE_TYPE.ints, ints: value };
    return { name, type: ATTRIBUTE_TYPE.f, f: value.f };
  });
  return { input, output: [output], name: output, opType, attribute };
}

/** An input or output of a graph. */
export function tensorValue(name: string, elemType: number, shape: readonly OnnxAxis[]): OnnxValueInfo {
  const dim = shape.map((axis): OnnxDimension => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** A float32 input or output of a graph. */
export function floatValue(name: string, shape: readonly OnnxAxis[]): OnnxValueInfo {
  return tensorValue(name, ONNX_FLOAT, shape);
}

/** The axes of a declared tensor; an axis without length or name is `'?'`; undefined if the shape is not declared. */
export function declaredShape(value: OnnxValueInfo): OnnxAxis[] | undefined {
  return value.type?.tensorType?.shape?.dim?.map((axis) => axis.dimParam || (axis.dimValue ?? '?'));
}
