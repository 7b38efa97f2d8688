import { connect } from 'node:net';
import { bearer, ClosedPlatform } from './support/closed-platform';
import type { Problem } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(120_000);

interface FormSchema {
  properties: Record<string, { format?: string; type?: string }>;
}
interface FormRoute extends FormSchema {
  method: string;
  path: string;
}
interface Document {
  paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: FormSchema | { $ref: string } }> } }>
  >;
  components: { schemas: Record<string, FormSchema> };
}

// Keys are looked up in the database before a body is read: these forms have arrived as a whole by then.
describe('a form that ends before its closing boundary, in one packet', () => {
  let closed: ClosedPlatform;
  let clip: SmallClip;
  let routes: FormRoute[];

  beforeAll(async () => {
    clip = await smallClip({ frames: 2 });
    closed = await ClosedPlatform.shared();
    const { paths, components } = (await (await fetch(`${closed.url}/docs/json`)).json()) as Document;
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) => {
        const form = requestBody?.content['multipart/form-data'];
        if (!form) return [];
        const { schema } = form;
        const { properties } = '$ref' in schema ? components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
        return [{ method, path, properties }];
      }),
    );
  });
  afterAll(() => closed?.stop());

  const bodyOf = async ({ properties }: FormRoute): Promise<{ type: string; bytes: Buffer }> => {
    const form = new FormData();
    for (const [name, { format, type }] of Object.entries(properties)) {
      // What is read as it arrives must say something.
      if (name === 'keypoints' || type === 'array' || (type === 'string' && format !== 'binary')) continue;
      const file = name === 'mask' ? clip.mask : Buffer.alloc(2000, 7);
      if (format === 'binary') form.append(name, new Blob([new Uint8Array(file)]), `${name}.bin`);
      else form.append(name, '{}');
    }
    const answer = new Response(form);
    return { type: answer.headers.get('content-type')!, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  const answerTo = ({ method, path }: FormRoute, type: string, body: Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port, host } = new URL(closed.url);
      const lines = Object.entries({
        host,
        connection: 'close',
        'content-type': type,
        'content-length': String(body.length),
        ...bearer(closed.adminKey),
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      let received = '';
      const socket = connect(Number(port), hostname);
      socket.on('data', (data) => (received += data.toString()));
      socket.on('error', reject);
      socket.on('end', () => resolve(received));
      const address = path.replace(/\{\w+\}/g, 'any-name');
      const head = `${method.toUpperCase()} ${address} HTTP/1.1\r\n${lines.join('')}\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), body]));
    });

  it('is answered at once, on every route that takes forms, wherever it is cut', async () => {
    expect(routes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/v1/runs', '/v1/admin/models/{name}/versions']),
    );
    for (const route of routes) {
      const { type, bytes } = await bodyOf(route);
      const places = Array.from({ length: 20 }, (_, place) => Math.floor((bytes.length * place) / 20));
      for (const at of [...places, bytes.length - 4]) {
        const answer = await answerTo(route, type, bytes.subarray(0, at));
        expect(answer).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json/);
        const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Problem;
        expect(problem).toMatchObject({ code: 'UPLOAD_ABORTED' });
      }
    }
    expect(await closed.platform.blobs('uploads')).toEqual([]);
    expect(closed.platform.partsInStorage()).toEqual([]);
  });
});
