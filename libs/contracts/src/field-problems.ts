import { z } from 'zod';
import { CodedError, type ErrorCode } from './errors';
import { nearest } from './nearest';

/** What is wrong with one value of a request. */
export interface FieldProblem {
  /** Where it stands, with dots: `parameters.topK`. Empty: the whole. */
  path: string;
  code: ErrorCode;
  message: string;
  /** What was probably meant, as it would be written in that place. */
  suggestion?: string;
}

/** Everything that is wrong with the values of a request; the code is that of the first. */
export class FieldErrors extends CodedError {
  constructor(readonly problems: readonly [FieldProblem, ...FieldProblem[]]) {
    super(problems[0].code, problems.map(({ message }) => message).join(' '));
  }
}

/**
 * The value as the schema gives it.
 * @param describe puts one of the schema's complaints into words
 * @throws FieldErrors that names every problem, each with what was probably meant
 */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown, describe: DescribeIssue): T {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as FieldSchema;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, shape, describe));
  // A number may break two rules that are said alike.
  const different = problems.filter(
    ({ path, message }, at) => problems.findIndex((one) => one.path === path && one.message === message) === at,
  );
  throw new FieldErrors(different as [FieldProblem, ...FieldProblem[]]);
}

/** @param allowed range or choice of the value, where it has one */
export type DescribeIssue = (
  issue: z.core.$ZodIssue,
  path: string,
  allowed: AllowedValues,
) => Pick<FieldProblem, 'code' | 'message'>;

/** What a value may be, read from the schema itself so that a message cannot differ from the check. */
export interface AllowedValues {
  /** `[low, high]`. */
  range: string;
  choices: string[];
}

interface FieldSchema {
  properties?: Record<string, FieldSchema>;
  items?: FieldSchema;
  anyOf?: FieldSchema[];
  oneOf?: FieldSchema[];
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

function problemsOf(issue: z.core.$ZodIssue, root: FieldSchema, describe: DescribeIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = pathOf([...issue.path, key]);
      const suggestion = meantBy(key, issue.path, root);
      return withSuggestion({ path, ...describe({ ...issue, keys: [key] }, path, NOTHING_KNOWN) }, suggestion);
    });
  }
  const path = pathOf(issue.path);
  const allowed = allowedAt(issue.path, root);
  const sent = sentAt(issue);
  const suggestion = typeof sent === 'string' ? nearest(sent, allowed.choices) : undefined;
  return [withSuggestion({ path, ...describe(issue, path, allowed) }, suggestion)];
}

/** Of a union that a kind tells apart, zod gives the whole as what was sent, and the place of the kind. */
function sentAt(issue: z.core.$ZodIssue): unknown {
  const { input } = issue;
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) return input;
  return (input as Record<string, unknown>)[issue.discriminator];
}

const NOTHING_KNOWN: AllowedValues = { range: '', choices: [] };

const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

function withSuggestion(problem: FieldProblem, suggestion: string | undefined): FieldProblem {
  if (suggestion === undefined) return problem;
  return { ...problem, message: `${problem.message} Did you mean ${suggestion}?`, suggestion };
}

/** The known name beside the unknown one, or the place deeper down where a name of this spelling stands. */
function meantBy(key: string, path: readonly PropertyKey[], root: FieldSchema): string | undefined {
  const here = schemasAt(path, root);
  const names = here.flatMap(({ properties = {} }) => Object.keys(properties));
  const beside = nearest(key, names);
  if (beside !== undefined) return beside;
  for (const name of names) {
    const below = here.flatMap(({ properties = {} }) => alternatives(properties[name] ?? {}));
    const deeper = nearest(
      key,
      below.flatMap(({ properties = {} }) => Object.keys(properties)),
    );
    if (deeper !== undefined) return `${name}.${deeper}`;
  }
  return undefined;
}

const alternatives = (schema: FieldSchema): FieldSchema[] => [
  schema,
  ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(alternatives),
];

function schemasAt(path: readonly PropertyKey[], root: FieldSchema): FieldSchema[] {
  let schemas = alternatives(root);
  for (const key of path) {
    const below = schemas.flatMap(({ properties, items }) =>
      typeof key === 'number' ? (items ?? []) : (properties?.[String(key)] ?? []),
    );
    schemas = below.flatMap(alternatives);
  }
  return schemas;
}

function allowedAt(path: readonly PropertyKey[], root: FieldSchema): AllowedValues {
  const schemas = schemasAt(path, root);
  const bound = (...names: (keyof FieldSchema)[]) =>
    schemas.flatMap((schema) => names.map((name) => schema[name])).find((value) => value !== undefined);
  const low = bound('minimum', 'minLength', 'minItems') ?? (schemas.some(({ items }) => items) ? 0 : '-∞');
  const high = bound('maximum', 'maxLength', 'maxItems') ?? '∞';
  const choices = schemas.flatMap(({ const: only, enum: several = [] }) => (only === undefined ? several : [only]));
  return { range: `[${low}, ${high}]`, choices: choices.filter((choice) => typeof choice === 'string') };
}
