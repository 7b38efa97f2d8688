import { z } from 'zod';
import { CodedError } from './errors';
import {
  DEFAULT_PRESET,
  PRESETS,
  PRESET_NAMES,
  propagationParameters,
  type PresetName,
  type PropagationParameters,
} from './parameters';

/** The `options` field of POST /v1/runs. */
export const runOptions = z.strictObject({
  preset: z
    .string()
    .meta({ enum: PRESET_NAMES, default: DEFAULT_PRESET, description: 'The named parameter set to start from' })
    .optional(),
  encoder: z
    .string()
    .min(1)
    .max(160)
    .optional()
    .describe(
      '`name`, `name@alias`, `name:version`, sha256 or unique prefix of one; absent: the server’s default model',
    ),
  shadow: z
    .boolean()
    .optional()
    .describe('false: the run is not repeated with the model’s shadow version; true by default'),
  parameters: z
    .strictObject({
      ...propagationParameters.partial().shape,
      neighbourhood: propagationParameters.shape.neighbourhood.partial().optional(),
    })
    .optional()
    .describe('Parameters that differ from the preset'),
});

export interface ParsedRunOptions {
  preset: PresetName;
  encoder: string | undefined;
  /** Whether it may be repeated with the model's shadow version. */
  shadow: boolean;
  parameters: PropagationParameters;
}

/**
 * The options as sent by a client, checked and completed from the preset.
 * @throws CodedError PRESET_UNKNOWN, OPTION_UNKNOWN, OPTION_OUT_OF_RANGE (names the option and its range) or
 *   REQUEST_INVALID (not JSON, or a value of the wrong type).
 */
export function parseRunOptions(json: string): ParsedRunOptions {
  const parsed = runOptions.safeParse(parseJson(json));
  if (!parsed.success) throw optionError(parsed.error.issues[0]!);
  const { preset = DEFAULT_PRESET, encoder, shadow = true, parameters } = parsed.data;
  if (!isPreset(preset)) {
    throw new CodedError('PRESET_UNKNOWN', `There is no preset '${preset}'; known are ${PRESET_NAMES.join(', ')}.`);
  }
  const base: PropagationParameters = PRESETS[preset];
  const neighbourhood = { ...base.neighbourhood, ...parameters?.neighbourhood };
  return { preset, encoder, shadow, parameters: { ...base, ...parameters, neighbourhood } };
}

function isPreset(name: string): name is PresetName {
  return (PRESET_NAMES as string[]).includes(name);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CodedError('REQUEST_INVALID', 'Expected JSON in the field options.', { cause });
  }
}

function optionError(issue: z.core.$ZodIssue): CodedError {
  const name = issue.path.join('.') || 'options';
  switch (issue.code) {
    case 'unrecognized_keys':
      return new CodedError('OPTION_UNKNOWN', `Unknown option ${[...issue.path, issue.keys[0]].join('.')}.`);
    case 'too_small':
    case 'too_big':
      if (issue.origin === 'string') {
        return new CodedError('OPTION_OUT_OF_RANGE', `Expected ${name} to have a length in ${rangeOf(issue.path)}.`);
      }
      return new CodedError('OPTION_OUT_OF_RANGE', `Expected ${name} in ${rangeOf(issue.path)}.`);
    case 'invalid_value':
      return new CodedError('OPTION_OUT_OF_RANGE', `Expected ${name} to be one of ${issue.values.join(', ')}.`);
    default:
      return new CodedError('REQUEST_INVALID', `${name}: ${issue.message}.`);
  }
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

/** The allowed range of an option, read from the schema itself so that the message cannot differ from the check. */
function rangeOf(path: PropertyKey[]): string {
  let candidates: JsonSchema[] = [z.toJSONSchema(runOptions) as JsonSchema];
  for (const key of path) {
    candidates = candidates
      .flatMap((schema) => [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
      .flatMap((schema) => schema.properties?.[String(key)] ?? []);
  }
  const schema = candidates.flatMap((candidate) => [candidate, ...(candidate.anyOf ?? [])])[0] ?? {};
  const [low, high] = [schema.minimum ?? schema.minLength, schema.maximum ?? schema.maxLength];
  return `[${low ?? '-∞'}, ${high ?? '∞'}]`;
}
