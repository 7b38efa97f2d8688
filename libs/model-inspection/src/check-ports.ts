import { CodedError } from '@propago/contracts';
import { elementTypeName, FLOAT32 } from './scan-tensor';
import { ScannedModel, ScannedPort } from './scanned-model';

/** The one input and the one output of an encoder. */
export interface Ports {
  input: ScannedPort & { shape: NonNullable<ScannedPort['shape']> };
  output: ScannedPort & { shape: NonNullable<ScannedPort['shape']> };
}

/**
 * One float32 input [batch, 3, height, width] of free height and width, and one float32 output of three or four axes.
 * @throws CodedError MODEL_INPUT_COUNT, _TYPE, _SHAPE and the same for the output
 */
export function checkPorts({ inputs, outputs, initialisers }: ScannedModel): Ports {
  const constants = new Set(initialisers.map(({ name }) => name));
  const fed = inputs.filter(({ name }) => !constants.has(name));
  if (fed.length !== 1) {
    throw new CodedError('MODEL_INPUT_COUNT', `The model has ${count(fed, 'input')}; an encoder has one image input.`);
  }
  if (outputs.length !== 1) {
    throw new CodedError(
      'MODEL_OUTPUT_COUNT',
      `The model has ${count(outputs, 'output')}; an encoder has one, its patch features.`,
    );
  }
  const [input] = fed;
  const [output] = outputs;
  if (input.type !== FLOAT32) {
    throw new CodedError('MODEL_INPUT_TYPE', `The input ${shown(input)} must be float32; export it so.`);
  }
  if (output.type !== FLOAT32) {
    throw new CodedError('MODEL_OUTPUT_TYPE', `The output ${shown(output)} must be float32; export it so.`);
  }
  const expected = 'must be [batch, 3, height, width] with free height and width';
  const [batch, channels, ...sides] = input.shape ?? [];
  const fits =
    input.shape?.length === 4 &&
    (typeof batch !== 'number' || batch === 1) &&
    (typeof channels !== 'number' || channels === 3) &&
    sides.every((axis) => typeof axis !== 'number');
  if (!fits) throw new CodedError('MODEL_INPUT_SHAPE', `The input ${shown(input)} ${expected}.`);
  if (output.shape?.length !== 3 && output.shape?.length !== 4) {
    throw new CodedError(
      'MODEL_OUTPUT_SHAPE',
      `The output ${shown(output)} must be [batch, patches, dim] or [batch, dim, rows, cols].`,
    );
  }
  return { input, output } as Ports;
}

function shown({ name, type, shape }: ScannedPort): string {
  const axes = shape?.map((axis) => axis ?? '?').join(', ');
  return `${JSON.stringify(name)}, ${elementTypeName(type)} [${axes ?? 'of no stated shape'}],`;
}

function count(ports: readonly ScannedPort[], what: string): string {
  const names = ports.slice(0, 5).map(({ name }) => JSON.stringify(name));
  return ports.length === 0
    ? `no ${what}`
    : `${ports.length} ${what}s (${names.join(', ')}${ports.length > 5 ? ', …' : ''})`;
}
