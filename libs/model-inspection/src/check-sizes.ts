import { CodedError } from '@propago/contracts';
import { Known, knownOutput, knownTensor } from './constant-values';
import { InspectionLimits } from './inspection-limits';
import { nodeLabel, ScannedModel, ScannedNode } from './scanned-model';

/** Factor by which a resize may enlarge one axis. */
const MAX_SCALE = 64;
const REACH_ATTRIBUTES = ['kernel_shape', 'strides', 'dilations', 'pads', 'blocksize', 'output_padding'];
/** Values up to this length keep their numbers when an operator repeats one of them. */
const MAX_FILLED = 256;

/**
 * Follows the sizes that constants alone ask for: a file of 85 bytes can ask for any amount of memory. Sizes that depend on the
 * image are bounded by the process that loads the model.
 * @throws CodedError MODEL_SHAPE_BOMB naming the node
 */
export function checkSizes({ nodes, initialisers }: ScannedModel, limits: InspectionLimits): void {
  const known = new Map<string, Known>(initialisers.map((tensor) => [tensor.name, knownTensor(tensor)]));
  let total = 0;
  for (const node of nodes) {
    checkReach(node, limits);
    const inputs = node.inputs.map((name) => known.get(name) ?? {});
    const grown = grownOutput(node, inputs, limits);
    const output = grown ?? knownOutput(node, inputs);
    if (grown || node.opType === 'Concat') total += output.elements ?? 0;
    if (total > limits.maxConstantElements) {
      throw bomb(node, `brings what constants ask for to ${total} elements`, limits.maxConstantElements);
    }
    if (node.outputs[0]) known.set(node.outputs[0], output);
  }
}

/** The output of an operator that can make much out of little; undefined for others. */
function grownOutput(node: ScannedNode, inputs: readonly Known[], limits: InspectionLimits): Known | undefined {
  const [data, second, third, fourth] = inputs;
  switch (node.opType) {
    case 'ConstantOfShape': {
      const elements = askedElements(node, data, limits);
      const fill = node.attributes.get('value')?.tensor?.values?.[0] ?? 0;
      const values =
        elements !== undefined && elements <= MAX_FILLED ? new Array<number>(elements).fill(fill) : undefined;
      return { values, elements, dims: exact(data) };
    }
    case 'Expand': {
      const elements = askedElements(node, second, limits);
      return { elements: data?.elements === undefined ? undefined : elements && Math.max(elements, data.elements) };
    }
    case 'Tile': {
      const repeats = askedElements(node, second, limits);
      const elements = data?.elements === undefined || repeats === undefined ? undefined : repeats * data.elements;
      return { elements: bounded(node, elements, limits) };
    }
    case 'Range': {
      const [start, end, step] = inputs.map((input) => input.values?.[0]);
      if (start === undefined || end === undefined || step === undefined) return {};
      return { elements: bounded(node, Math.max(0, Math.ceil((end - start) / step)), limits) };
    }
    case 'Pad':
      second?.values?.forEach((pad) => checkOne(node, 'pads an axis by', pad, limits.maxReach));
      return undefined;
    case 'Resize':
      third?.values?.forEach((scale) => checkOne(node, 'enlarges an axis by', scale, MAX_SCALE));
      askedElements(node, fourth, limits);
      return undefined;
    default:
      return undefined;
  }
}

/** The product of the known lengths, which must be bounded; the number of elements if all of them are known. */
function askedElements(node: ScannedNode, shape: Known | undefined, limits: InspectionLimits): number | undefined {
  const lengths = shape?.values;
  if (!lengths) return undefined;
  const product = lengths.reduce<number>((sum, length) => (length === undefined || length < 0 ? sum : sum * length), 1);
  bounded(node, product, limits);
  return lengths.every((length) => length !== undefined && length >= 0) ? product : undefined;
}

function exact(shape: Known | undefined): number[] | undefined {
  return shape?.values?.every((length) => length !== undefined) ? (shape.values as number[]) : undefined;
}

function bounded(node: ScannedNode, elements: number | undefined, limits: InspectionLimits): number | undefined {
  // Also true for NaN, which 0 / 0 in a Range gives.
  if (elements !== undefined && !(elements <= limits.maxConstantElements)) {
    throw bomb(node, `asks for ${elements} elements by a constant`, limits.maxConstantElements);
  }
  return elements;
}

function checkReach(node: ScannedNode, { maxReach }: InspectionLimits): void {
  for (const name of REACH_ATTRIBUTES) {
    node.attributes.get(name)?.numbers.forEach((value) => checkOne(node, `has ${name}`, value, maxReach));
  }
}

function checkOne(node: ScannedNode, what: string, value: number | undefined, most: number): void {
  if (value !== undefined && !(Math.abs(value) <= most)) throw bomb(node, `${what} ${value}`, most);
}

function bomb(node: ScannedNode, what: string, most: number): CodedError {
  return new CodedError('MODEL_SHAPE_BOMB', `${nodeLabel(node)} ${what}; ${most} are accepted.`);
}
