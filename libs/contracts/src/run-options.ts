import { z } from 'zod';
import { CodedError } from './errors';
import { parseFields, type AllowedValues, type FieldProblem } from './field-problems';
import {
  DEFAULT_PRESET,
  PRESETS,
  PRESET_NAMES,
  propagationParameters,
  type PresetName,
  type PropagationParameters,
} from './parameters';
import { assertStorable } from './storable-text';

/** What its sender calls a run. */
export const runName = z.string().trim().min(1).max(200);

/** Words to find runs again by. */
export const runTags = z
  .array(z.string().trim().min(1).max(60))
  .max(20)
  .transform((tags) => [...new Set(tags)]);

/** The `options` field of POST /v1/runs. */
export const runOptions = z.strictObject({
  preset: z
    .enum(PRESET_NAMES)
    .meta({ default: DEFAULT_PRESET, description: 'The named parameter set to start from' })
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
  name: runName.optional().describe('What you call the run'),
  tags: runTags.optional().describe('Words to find the run again by'),
});

export interface ParsedRunOptions {
  preset: PresetName;
  encoder: string | undefined;
  /** Whether it may be repeated with the model's shadow version. */
  shadow: boolean;
  parameters: PropagationParameters;
  name: string | undefined;
  tags: string[];
}

/**
 * The options as sent by a client, checked and completed from the preset.
 * @throws FieldErrors that names every wrong option: PRESET_UNKNOWN, OPTION_UNKNOWN, OPTION_OUT_OF_RANGE (with its range)
 *   or REQUEST_INVALID (a value of the wrong type)
 * @throws CodedError REQUEST_INVALID when it is no JSON, TEXT_INVALID
 */
export function parseRunOptions(json: string): ParsedRunOptions {
  const sent = parseJson(json);
  assertStorable(sent, 'options');
  const fields = parseFields(runOptions, sent, describeOption);
  const { preset = DEFAULT_PRESET, encoder, shadow = true, parameters, name, tags = [] } = fields;
  const base: PropagationParameters = PRESETS[preset];
  const neighbourhood = { ...base.neighbourhood, ...parameters?.neighbourhood };
  return { preset, encoder, shadow, parameters: { ...base, ...parameters, neighbourhood }, name, tags };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CodedError('REQUEST_INVALID', 'Expected JSON in the field options.', { cause });
  }
}

/** What has a range besides numbers. */
const COUNTED: Record<string, string> = { string: ' to have a length', array: ' to have a number of items' };

/** One complaint about an option in words. */
export function describeOption(
  issue: z.core.$ZodIssue,
  path: string,
  { range, choices }: AllowedValues,
): Pick<FieldProblem, 'code' | 'message'> {
  const name = path || 'options';
  switch (issue.code) {
    case 'unrecognized_keys':
      return { code: 'OPTION_UNKNOWN', message: `Unknown option ${name}.` };
    case 'too_small':
    case 'too_big': {
      const counted = COUNTED[issue.origin] ?? '';
      return { code: 'OPTION_OUT_OF_RANGE', message: `Expected ${name}${counted} in ${range}.` };
    }
    case 'invalid_value':
      if (path === 'preset') {
        const message = `There is no preset '${String(issue.input)}'; known are ${choices.join(', ')}.`;
        return { code: 'PRESET_UNKNOWN', message };
      }
      return { code: 'OPTION_OUT_OF_RANGE', message: `Expected ${name} to be one of ${choices.join(', ')}.` };
    case 'invalid_union':
      // The part that says which kind of value it is names none that there is.
      return { code: 'OPTION_OUT_OF_RANGE', message: `Expected ${name} to be one of ${choices.join(', ')}.` };
    default:
      return { code: 'REQUEST_INVALID', message: `${name}: ${issue.message}.` };
  }
}
