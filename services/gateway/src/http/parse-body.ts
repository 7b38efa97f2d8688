import { z } from 'zod';
import { parseFields, simplify } from '@propago/contracts';

/**
 * @param body undefined: the request has none, which says as much as an object without fields
 * @param what the body is called where a problem is that of the whole
 * @throws FieldErrors REQUEST_INVALID that names every problem
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, what = 'the body'): T {
  return parseFields(schema, body === undefined ? {} : body, ({ message }, path) => {
    const text = `${path || what}: ${message}`;
    return { code: 'REQUEST_INVALID', message: text.endsWith('.') ? text : `${text}.` };
  });
}

/** The JSON schema of what is sent, as OpenAPI takes it; what is assumed of an absent value stands in words. */
export function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      simplify(jsonSchema);
      sayDefault(jsonSchema);
    },
  });
  delete json.$schema;
  return json as Record<string, unknown>;
}

/** Generated clients would demand a value that has a default, or send it although nobody has set it. */
function sayDefault(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.default === undefined) return;
  const { default: value, description } = schema;
  schema.description = [description, `By default ${JSON.stringify(value)}.`].filter(Boolean).join('. ');
  delete schema.default;
}
