import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

interface Content {
  content?: Record<string, { schema: { $ref?: string } }>;
}
interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, Content>; 'x-error-codes': string[] }>>;
}

/** fetch of a gateway's JSON: every answer must look as its OpenAPI document says. @throws Error that says what differs */
export async function documentedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, init);
  const method = (init.method ?? 'GET').toLowerCase();
  // The headers of an answer alone.
  if (method === 'head') return answer;
  const [mediaType] = (answer.headers.get('content-type') ?? '').split(';');
  if (mediaType !== 'application/json' && mediaType !== 'application/problem+json') return answer;
  const { origin, pathname } = new URL(url);
  if (pathname.startsWith('/docs/')) return answer;
  const document = await documentOf(origin);
  document.check({ method, pathname, status: answer.status, mediaType, body: await answer.clone().json() });
  return answer;
}

const documents = new Map<string, Promise<ApiDocument>>();

function documentOf(origin: string): Promise<ApiDocument> {
  let document = documents.get(origin);
  if (!document) {
    document = fetch(`${origin}/docs/json`).then(async (answer) => new ApiDocument((await answer.json()) as OpenApi));
    documents.set(origin, document);
  }
  return document;
}

class ApiDocument {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  /** The most literal first: /models/index is not /models/{name}. */
  private readonly paths: { template: string; pattern: RegExp }[];
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenApi) {
    addFormats(this.ajv);
    this.ajv.addSchema(document, 'document');
    const templates = Object.keys(document.paths).sort((a, b) => a.split('{').length - b.split('{').length);
    this.paths = templates.map((template) => ({ template, pattern: patternOf(template) }));
  }

  check(answer: { method: string; pathname: string; status: number; mediaType: string; body: unknown }): void {
    const { method, pathname, status, mediaType, body } = answer;
    const template = this.paths.find(
      ({ template, pattern }) => pattern.test(pathname) && this.document.paths[template]![method],
    )?.template;
    const what = `${method} ${template ?? pathname} ${status} ${mediaType}`;
    const operation = template === undefined ? undefined : this.document.paths[template]![method]!;
    const responses = operation?.responses;
    const schema = responses
      ? (responses[status] ?? responses[`${String(status)[0]}XX`])?.content?.[mediaType]?.schema.$ref
      : // No such route, or none with this method.
        '#/components/schemas/Problem';
    if (!schema) throw new Error(`${what} is not documented: ${JSON.stringify(body)}`);
    const { code } = body as { code?: string };
    const isListed = operation?.['x-error-codes'].includes(code ?? '') ?? true;
    if (status >= 400 && !isListed) throw new Error(`${what} does not list the code ${code}`);
    const isValid = this.validatorOf(schema);
    if (!isValid(body)) {
      throw new Error(
        `${what} is not as documented: ${this.ajv.errorsText(isValid.errors)} in ${JSON.stringify(body)}`,
      );
    }
  }

  private validatorOf(reference: string): ValidateFunction {
    let validator = this.validators.get(reference);
    if (!validator) {
      validator = this.ajv.compile({ $ref: `document${reference}` });
      this.validators.set(reference, validator);
    }
    return validator;
  }
}

function patternOf(template: string): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${template
      .split(/\{\w+\}/)
      .map(literal)
      .join('[^/]+')}$`,
  );
}
