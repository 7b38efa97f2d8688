import { CodedError } from '@propago/contracts';
import { InspectionLimits } from './inspection-limits';
import { FieldReaders, readMessage } from './message-fields';
import { scanNode } from './scan-node';
import { scanTensor } from './scan-tensor';
import { ScannedAxis, ScannedModel, ScannedPort } from './scanned-model';
import { WireReader } from './wire-reader';

/** Longest metadata value that is kept: a card is some hundred bytes, golden features are not needed here. */
const MAX_KEPT_METADATA = 64 * 1024;
const MAX_METADATA_ENTRIES = 256;
const MAX_PORTS = 10_000;
/** `ir_version`, field 1, a varint: every exporter writes it first. */
const FIRST_BYTE = 0x08;

/**
 * Reads the structure of a `ModelProto` (onnx.proto of the ONNX specification), message by message and without recursion: what
 * could nest (graphs in attributes, functions, sequence types) is refused where it begins.
 * @throws CodedError with the code of the first fault found
 */
export function scanModel(reader: WireReader, limits: InspectionLimits): ScannedModel {
  if (reader.size === 0) throw new CodedError('MODEL_NOT_ONNX', 'The file is empty.');
  const [first] = reader.bytes(1, reader.size, 'The file');
  reader.position = 0;
  if (first !== FIRST_BYTE) {
    throw new CodedError(
      'MODEL_NOT_ONNX',
      `The file begins with byte ${first}, an ONNX model begins with ${FIRST_BYTE}.`,
    );
  }
  const model: ScannedModel = {
    irVersion: 0,
    producer: '',
    opsets: [],
    metadata: new Map(),
    nodes: [],
    initialisers: [],
    inputs: [],
    outputs: [],
  };
  const producer = { name: '', version: '' };
  const fields = new FieldReaders(reader, limits.maxNameBytes, 'The model');
  readMessage(reader, reader.size, 'The model', {
    1: fields.int((value) => (model.irVersion = value)),
    2: fields.text((value) => (producer.name = value)),
    3: fields.text((value) => (producer.version = value)),
    7: fields.inner((end) => scanGraph(reader, end, model, limits)),
    8: fields.inners((end) => model.opsets.push(scanOpset(reader, end, limits))),
    14: fields.inners((end) => scanMetadata(reader, end, model.metadata, limits)),
    20: fields.refused('MODEL_TRAINING', () => 'The model carries training information; export it for inference.'),
    25: fields.refused('MODEL_FUNCTIONS', () => 'The model defines functions; export it with its functions inlined.'),
  });
  model.producer = `${producer.name} ${producer.version}`.trim();
  return model;
}

function scanGraph(reader: WireReader, end: number, model: ScannedModel, limits: InspectionLimits): void {
  let payloads = 0;
  let weightBytes = 0;
  const countPayload = (bytes: number): void => {
    weightBytes += bytes;
    if (++payloads > limits.maxTensors) {
      throw new CodedError('MODEL_TOO_COMPLEX', `The model has more than ${limits.maxTensors} constants.`);
    }
    if (weightBytes > limits.maxWeightBytes) {
      throw new CodedError(
        'MODEL_WEIGHTS_TOO_LARGE',
        `The weights of the model take more than ${limits.maxWeightBytes} bytes.`,
      );
    }
  };
  const port = (ports: ScannedPort[], to: number): void => {
    if (ports.push(scanPort(reader, to, limits)) > MAX_PORTS) {
      throw new CodedError('MODEL_TOO_COMPLEX', `The graph has more than ${MAX_PORTS} inputs or outputs.`);
    }
  };
  const fields = new FieldReaders(reader, limits.maxNameBytes, 'The graph');
  readMessage(reader, end, 'The graph', {
    1: fields.inners((to) => {
      if (model.nodes.length >= limits.maxNodes) {
        throw new CodedError('MODEL_TOO_MANY_NODES', `The model has more than ${limits.maxNodes} nodes.`);
      }
      const node = scanNode(reader, to, limits);
      for (const { tensor } of node.attributes.values()) if (tensor) countPayload(tensor.bytes);
      model.nodes.push(node);
    }),
    5: fields.inners((to) => {
      const tensor = scanTensor(reader, to, 'The weight', limits);
      countPayload(tensor.bytes);
      model.initialisers.push(tensor);
    }),
    11: fields.inners((to) => port(model.inputs, to)),
    12: fields.inners((to) => port(model.outputs, to)),
    15: fields.refused('MODEL_SPARSE', () => 'The model has sparse initialisers; export dense ones.'),
  });
}

function scanOpset(reader: WireReader, end: number, limits: InspectionLimits): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  const fields = new FieldReaders(reader, limits.maxNameBytes, 'An operator set');
  readMessage(reader, end, 'An operator set', {
    1: fields.text((value) => (opset.domain = value)),
    2: fields.int((value) => (opset.version = value)),
  });
  return opset;
}

function scanMetadata(
  reader: WireReader,
  end: number,
  metadata: ScannedModel['metadata'],
  limits: InspectionLimits,
): void {
  let key = '';
  let value: string | null = '';
  const fields = new FieldReaders(reader, limits.maxNameBytes, 'The metadata');
  const text = fields.text((read) => (value = read), MAX_KEPT_METADATA);
  readMessage(reader, end, 'The metadata', {
    1: fields.text((read) => (key = read)),
    2: fields.inner((to) => {
      const length = to - reader.position;
      if (length > limits.maxMetadataBytes) {
        throw new CodedError(
          'MODEL_TOO_COMPLEX',
          `The metadata has a value of ${length} bytes; ${limits.maxMetadataBytes} are accepted.`,
        );
      }
      if (length <= MAX_KEPT_METADATA) return text.read(to);
      value = null;
      reader.skip(length, to, 'The metadata');
    }),
  });
  if (metadata.has(key)) {
    throw new CodedError('MODEL_MALFORMED', `The metadata has ${JSON.stringify(key)} twice.`);
  }
  if (metadata.size >= MAX_METADATA_ENTRIES) {
    throw new CodedError('MODEL_TOO_COMPLEX', `The metadata has more than ${MAX_METADATA_ENTRIES} entries.`);
  }
  metadata.set(key, value);
}

/** A `ValueInfoProto`. A type that is no tensor stays without shape, and so is refused later. */
function scanPort(reader: WireReader, end: number, limits: InspectionLimits): ScannedPort {
  const port: ScannedPort = { name: '' };
  const what = 'An input or output';
  const fields = new FieldReaders(reader, limits.maxNameBytes, what);
  const axis = (to: number): ScannedAxis => {
    let found: ScannedAxis;
    readMessage(reader, to, what, {
      1: fields.int((value) => (found = value)),
      2: fields.text((value) => (found = value)),
    });
    return found;
  };
  const shape = (to: number): ScannedAxis[] => {
    const axes: ScannedAxis[] = [];
    readMessage(reader, to, what, { 1: fields.inners((axisEnd) => axes.push(axis(axisEnd))) });
    return axes;
  };
  const tensorType = (to: number): void =>
    readMessage(reader, to, what, {
      1: fields.int((value) => (port.type = value)),
      2: fields.inner((shapeEnd) => (port.shape = shape(shapeEnd))),
    });
  readMessage(reader, end, what, {
    1: fields.text((value) => (port.name = value)),
    2: fields.inner((to) => readMessage(reader, to, what, { 1: fields.inner(tensorType) })),
  });
  return port;
}
