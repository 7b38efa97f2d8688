import { CodedError } from '@propago/contracts';
import { InspectionLimits } from './inspection-limits';
import { ALLOWED_OPERATORS, CONTROL_FLOW_OPERATORS, IDLE_DOMAINS, isOnnxDomain } from './operators';
import { nodeLabel, ScannedModel, ScannedNode } from './scanned-model';

/**
 * What the file says of itself is supported: format version and operator set.
 * @returns the version of ONNX's operator set
 * @throws CodedError MODEL_IR_VERSION, MODEL_DOMAIN, MODEL_OPSET
 */
export function checkVersions({ irVersion, opsets }: ScannedModel, limits: InspectionLimits): number {
  if (irVersion < limits.minIrVersion || irVersion > limits.maxIrVersion) {
    throw new CodedError(
      'MODEL_IR_VERSION',
      `The model has ONNX format version ${irVersion}; ${limits.minIrVersion} to ${limits.maxIrVersion} are accepted.`,
    );
  }
  const foreign = opsets.find(({ domain }) => !isOnnxDomain(domain) && !IDLE_DOMAINS.has(domain));
  if (foreign) {
    throw new CodedError(
      'MODEL_DOMAIN',
      `The model imports operators of the domain ${JSON.stringify(foreign.domain)}.`,
    );
  }
  const [own, second] = opsets.filter(({ domain }) => isOnnxDomain(domain));
  if (!own || second || own.version < limits.minOpset || own.version > limits.maxOpset) {
    const stated = [own, second].flatMap((opset) => opset?.version ?? []).join(' and ') || 'none';
    throw new CodedError(
      'MODEL_OPSET',
      `The model has operator set ${stated}; one of ${limits.minOpset} to ${limits.maxOpset} is accepted.`,
    );
  }
  return own.version;
}

/**
 * Every operator is allowed, every value has one source, and every node reads only what stands before it.
 * @throws CodedError MODEL_DOMAIN, MODEL_CONTROL_FLOW, MODEL_OPERATOR, MODEL_GRAPH_INVALID
 */
export function checkNodes({ nodes, inputs, initialisers, outputs }: ScannedModel): void {
  if (nodes.length === 0) throw new CodedError('MODEL_GRAPH_INVALID', 'The graph has no nodes.');
  for (const node of nodes) checkOperator(node);
  const known = new Set<string>();
  // An initialiser may stand among the inputs as well: it is that input's default.
  for (const { name } of initialisers) define(known, name, 'A weight');
  const constants = new Set(known);
  for (const { name } of inputs) if (!constants.has(name)) define(known, name, 'An input');
  for (const node of nodes) {
    const missing = node.inputs.find((name) => name !== '' && !known.has(name));
    if (missing !== undefined) {
      throw new CodedError(
        'MODEL_GRAPH_INVALID',
        `${nodeLabel(node)} reads ${JSON.stringify(missing)}, which nothing before it gives.`,
      );
    }
    for (const name of node.outputs) if (name !== '') define(known, name, nodeLabel(node));
  }
  const unmade = outputs.find(({ name }) => !known.has(name));
  if (unmade) throw new CodedError('MODEL_GRAPH_INVALID', `No node gives the output ${JSON.stringify(unmade.name)}.`);
}

function checkOperator(node: ScannedNode): void {
  if (!isOnnxDomain(node.domain)) {
    throw new CodedError('MODEL_DOMAIN', `${nodeLabel(node)} is of the domain ${JSON.stringify(node.domain)}.`);
  }
  if (CONTROL_FLOW_OPERATORS.has(node.opType)) {
    throw new CodedError('MODEL_CONTROL_FLOW', `${nodeLabel(node)} is control flow.`);
  }
  if (!ALLOWED_OPERATORS.has(node.opType)) {
    throw new CodedError('MODEL_OPERATOR', `${nodeLabel(node)} is not among the accepted operators.`);
  }
}

function define(known: Set<string>, name: string, who: string): void {
  if (name === '') throw new CodedError('MODEL_GRAPH_INVALID', `${who} has no name.`);
  if (known.has(name)) {
    throw new CodedError('MODEL_GRAPH_INVALID', `${who} gives ${JSON.stringify(name)}, which is there already.`);
  }
  known.add(name);
}
