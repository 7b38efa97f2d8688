// JSON Schemas for kubeconform, made from Kubernetes' OpenAPI description and from custom resource definitions. Strict: a
// field that the description does not know is an error.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PREFIX = '#/definitions/';
const TEXT_OR_NUMBER = { type: ['string', 'number'] };

// What the API server reads more freely than its description says.
const LENIENT = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['string', 'integer'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': TEXT_OR_NUMBER,
};

function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema['x-kubernetes-int-or-string']) return TEXT_OR_NUMBER;
  const copy = Object.fromEntries(
    Object.entries(schema).filter(([key]) => !key.startsWith('x-') && key !== 'description'),
  );
  for (const key of ['properties', 'definitions', 'patternProperties']) {
    if (copy[key])
      copy[key] = Object.fromEntries(Object.entries(copy[key]).map(([name, value]) => [name, strict(value)]));
  }
  for (const key of ['items', 'additionalProperties', 'not', 'allOf', 'anyOf', 'oneOf']) {
    if (copy[key]) copy[key] = strict(copy[key]);
  }
  const closed = copy.properties && copy.additionalProperties === undefined;
  if (closed && !schema['x-kubernetes-preserve-unknown-fields']) copy.additionalProperties = false;
  return copy;
}

function references(schema, found = new Set()) {
  if (schema === null || typeof schema !== 'object') return found;
  if (typeof schema.$ref === 'string') found.add(schema.$ref.slice(PREFIX.length));
  for (const value of Object.values(schema)) references(value, found);
  return found;
}

/** The definitions that a schema reaches. */
function closure(schema, definitions) {
  const reached = {};
  const open = [...references(schema)];
  while (open.length > 0) {
    const name = open.pop();
    if (reached[name]) continue;
    reached[name] = LENIENT[name] ?? strict(definitions[name]);
    open.push(...references(reached[name]));
  }
  return reached;
}

const fileName = (kind, group, version) =>
  `${[kind, group.split('.')[0], version].filter(Boolean).join('-').toLowerCase()}.json`;

/** Writes a schema for every kind into `folder`. @returns the template that finds them again */
export function writeSchemas(folder, { definitions }, customDefinitions) {
  mkdirSync(folder, { recursive: true });
  const write = (name, schema) =>
    writeFileSync(
      path.join(folder, name),
      JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema }),
    );
  for (const definition of Object.values(definitions)) {
    const kinds = definition['x-kubernetes-group-version-kind'] ?? [];
    if (kinds.length !== 1) continue;
    const [{ kind, group, version }] = kinds;
    write(fileName(kind, group, version), { ...strict(definition), definitions: closure(definition, definitions) });
  }
  for (const { spec } of customDefinitions) {
    for (const { name, schema } of spec.versions) {
      write(fileName(spec.names.kind, spec.group, name), strict(schema.openAPIV3Schema));
    }
  }
  return path.join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json');
}
