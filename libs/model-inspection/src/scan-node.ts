import { CodedError } from '@propago/contracts';
import { InspectionLimits } from './inspection-limits';
import { FieldReaders, readMessage } from './message-fields';
import { scanTensor } from './scan-tensor';
import { nodeLabel, ScannedAttribute, ScannedNode } from './scanned-model';
import { WireReader } from './wire-reader';

/** Inputs or outputs of one node: a Concat of all layers has some dozen. */
const MAX_EDGES = 1024;

/**
 * Reads a `NodeProto`.
 * @throws CodedError MODEL_CONTROL_FLOW for an attribute that holds a graph, MODEL_SPARSE, MODEL_ATTRIBUTE,
 * MODEL_ATTRIBUTE_TOO_LARGE, or as the reader does
 */
export function scanNode(reader: WireReader, end: number, limits: InspectionLimits): ScannedNode {
  const node: ScannedNode = { name: '', opType: '', domain: '', inputs: [], outputs: [], attributes: new Map() };
  const fields = new FieldReaders(reader, limits.maxNameBytes, 'A node');
  const edge = (edges: string[], name: string): void => {
    if (edges.push(name) > MAX_EDGES) {
      throw new CodedError('MODEL_TOO_COMPLEX', `${nodeLabel(node)} has more than ${MAX_EDGES} inputs or outputs.`);
    }
  };
  readMessage(reader, end, 'A node', {
    1: fields.texts((name) => edge(node.inputs, name)),
    2: fields.texts((name) => edge(node.outputs, name)),
    3: fields.text((value) => (node.name = value)),
    4: fields.text((value) => (node.opType = value)),
    5: fields.inners((to) => addAttribute(node, scanAttribute(reader, to, node, limits), limits)),
    7: fields.text((value) => (node.domain = value)),
    8: fields.text((value) => {
      if (value) throw new CodedError('MODEL_FUNCTIONS', `${nodeLabel(node)} calls an overload of a function.`);
    }),
  });
  return node;
}

function addAttribute(node: ScannedNode, attribute: ScannedAttribute, { maxAttributes }: InspectionLimits): void {
  if (node.attributes.has(attribute.name)) {
    throw new CodedError('MODEL_MALFORMED', `${nodeLabel(node)} has the attribute "${attribute.name}" twice.`);
  }
  if (node.attributes.size >= maxAttributes) {
    throw new CodedError('MODEL_ATTRIBUTE_TOO_LARGE', `${nodeLabel(node)} has more than ${maxAttributes} attributes.`);
  }
  node.attributes.set(attribute.name, attribute);
}

function scanAttribute(reader: WireReader, end: number, node: ScannedNode, limits: InspectionLimits): ScannedAttribute {
  const attribute: ScannedAttribute = { name: '', type: 0, numbers: [] };
  const owner = `${nodeLabel(node)}, attribute`;
  const label = () => `${owner} "${attribute.name}",`;
  const fields = new FieldReaders(reader, limits.maxNameBytes, owner);
  const tooLarge = (size: string): CodedError =>
    new CodedError('MODEL_ATTRIBUTE_TOO_LARGE', `${label()} has ${size}; ${limits.maxAttributeLength} are accepted.`);
  const number = (value: number): void => {
    if (attribute.numbers.push(value) > limits.maxAttributeLength) throw tooLarge('more numbers');
  };
  const graph = () => `${label()} holds a graph; models with control flow are not accepted.`;
  const sparse = () => `${label()} holds a sparse tensor.`;
  const other = () => `${label()} holds what no accepted operator takes.`;
  readMessage(reader, end, owner, {
    1: fields.text((value) => (attribute.name = value)),
    2: fields.float(number),
    3: fields.int(number),
    4: fields.inner((to) => {
      const length = to - reader.position;
      if (length > limits.maxAttributeLength) throw tooLarge(`${length} bytes`);
      attribute.text = reader.bytes(length, to, owner).toString('latin1');
    }),
    5: fields.inner((to) => (attribute.tensor = scanTensor(reader, to, `${owner} tensor`, limits))),
    6: fields.refused('MODEL_CONTROL_FLOW', graph),
    7: fields.floats(number),
    8: fields.ints(number),
    9: fields.refused('MODEL_ATTRIBUTE', other),
    10: fields.refused('MODEL_ATTRIBUTE', other),
    11: fields.refused('MODEL_CONTROL_FLOW', graph),
    14: fields.refused('MODEL_ATTRIBUTE', other),
    15: fields.refused('MODEL_ATTRIBUTE', other),
    20: fields.int((value) => (attribute.type = value)),
    21: fields.text(() => {
      throw new CodedError('MODEL_FUNCTIONS', `${label()} refers to a parameter of a function.`);
    }),
    22: fields.refused('MODEL_SPARSE', sparse),
    23: fields.refused('MODEL_SPARSE', sparse),
  });
  return attribute;
}
