import { mutateJson, mutateValue } from './mutations';
import { oneOf } from './random-corrections';

/** As much of a JSON schema as bodies and parameters use. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  example?: unknown;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}

interface Documented {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, Schema> };
}

/** A documented route. */
export interface Operation extends Documented {
  method: string;
  path: string;
}

export const operationsOf = ({ paths }: OpenApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, documented]) => ({ method: method.toUpperCase(), path, ...documented })),
  );

/** A request, and what it is, for the history. */
export interface RandomRequest {
  what: string;
  path: string;
  init: RequestInit;
}

/** Files for the binary parts of forms, by the name of the part; good and damaged ones. */
export type Files = (part: string, next: () => number) => Buffer;

/** Without lone surrogates, which no client can send in an address, and not longer than one may be. */
const wellFormed = (text: string): string => Buffer.from(text.slice(0, 2000)).toString();

/** Requests that look like those of the document, with one thing or a few that do not. */
export class RandomRequests {
  constructor(
    private readonly document: OpenApiDocument,
    /** Values of path parameters that exist, by name. */
    private readonly known: Record<string, string[]>,
    private readonly files: Files,
  ) {}

  of(operation: Operation, next: () => number): RandomRequest {
    const { method, parameters = [], requestBody } = operation;
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => this.pathValue(name, next));
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    for (const parameter of parameters) {
      if (parameter.in === 'path' || next() < 0.5) continue;
      const value = this.text(parameter.schema, next);
      if (parameter.in === 'query') query.append(parameter.name, value);
      // What no client can send at all shows nothing.
      else if (/^[\x20-\x7e]*$/.test(value)) headers[parameter.name] = value;
    }
    const address = `${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
    const body = requestBody && next() > 0.03 ? this.body(requestBody.content, next) : undefined;
    if (body?.type) headers['content-type'] = body.type;
    const said = body && !(body.content instanceof FormData) ? ` ${String(body.content).slice(0, 300)}` : '';
    return { what: `${method} ${address}${said}`, path: address, init: { method, headers, body: body?.content } };
  }

  private pathValue(name: string, next: () => number): string {
    const known = this.known[name] ?? ['1'];
    const value = next() < 0.8 ? oneOf(next, known) : String(mutateValue(oneOf(next, known), next));
    // An empty one would be another route.
    return encodeURIComponent(wellFormed(value) || '-');
  }

  private text(schema: Schema, next: () => number): string {
    const value = this.sample(schema, next);
    const changed = next() < 0.5 ? mutateValue(value, next) : value;
    return wellFormed(typeof changed === 'string' ? changed : (JSON.stringify(changed) ?? ''));
  }

  private body(
    content: Record<string, { schema: Schema }>,
    next: () => number,
  ): { type?: string; content: string | FormData | Uint8Array<ArrayBuffer> } {
    const [type, { schema }] = oneOf(next, Object.entries(content));
    if (type === 'multipart/form-data') return { content: this.form(schema, next) };
    if (type === 'application/json') return { type, content: this.json(schema, next) };
    return { type, content: new Uint8Array(this.files('mask', next)) };
  }

  private json(schema: Schema, next: () => number): string {
    const sample = this.sample(schema, next);
    return next() < 0.3 ? JSON.stringify(sample) : mutateJson(sample, next);
  }

  private form(schema: Schema, next: () => number): FormData {
    const { properties = {}, required = [] } = this.resolved(schema);
    const form = new FormData();
    for (const [name, property] of Object.entries(properties)) {
      if (next() < (required.includes(name) ? 0.05 : 0.3)) continue;
      for (let times = next() < 0.05 ? 2 : 1; times > 0; times--) this.append(form, name, property, next);
    }
    if (next() < 0.05) form.append(this.text({ type: 'string' }, next), 'x');
    return form;
  }

  private append(form: FormData, name: string, property: Schema, next: () => number): void {
    const { format, type } = this.resolved(property);
    if (format === 'binary') {
      form.append(name, new Blob([new Uint8Array(this.files(name, next))]), this.text({ type: 'string' }, next) || 'x');
    } else form.append(name, type === 'string' ? this.text(property, next) : this.json(property, next));
  }

  private resolved(schema: Schema): Schema {
    return schema.$ref ? this.document.components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
  }

  /** A value as the schema has it; optional members are there or not. */
  private sample(given: Schema, next: () => number, depth = 0): unknown {
    const schema = this.resolved(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return oneOf(next, schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return this.sample(oneOf(next, choices), next, depth);
    if (schema.example !== undefined && next() < 0.5) return schema.example;
    const type = Array.isArray(schema.type) ? oneOf(next, schema.type) : schema.type;
    switch (type) {
      case 'object': {
        const { properties = {}, required = [] } = schema;
        const some = Object.entries(properties).filter(([name]) => required.includes(name) || next() < 0.4);
        return Object.fromEntries(some.map(([name, property]) => [name, this.sample(property, next, depth + 1)]));
      }
      case 'array': {
        const count = depth > 5 ? 0 : Math.floor(next() * 3);
        return Array.from({ length: count }, () => this.sample(schema.items ?? {}, next, depth + 1));
      }
      case 'integer':
      case 'number': {
        const [least, most] = [schema.minimum ?? 0, Math.min(schema.maximum ?? 100, 1e6)];
        const value = least + next() * (most - least);
        return type === 'integer' ? Math.round(value) : value;
      }
      case 'boolean':
        return next() < 0.5;
      case 'null':
        return null;
      default:
        return oneOf(next, ['a', 'clip', '1', '2026-01-01T00:00:00Z', ...Object.values(this.known).flat()]);
    }
  }
}
