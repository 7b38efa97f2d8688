import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { STAGES } from '@propago/contracts';
import { startPlatform, until, type Platform } from './support/platform';
import { smallClip } from './support/small-clip';

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface OtlpBatch {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

interface NamedSpan extends OtlpSpan {
  service: string;
}

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('tracing', () => {
  let collector: Server;
  let platform: Platform;
  const spans: NamedSpan[] = [];

  beforeAll(async () => {
    collector = createServer((request, response) => {
      void json(request).then((body) => {
        spans.push(...spansOf(body as OtlpBatch));
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((listening) => collector.listen(0, '127.0.0.1', listening));
    const { port } = collector.address() as AddressInfo;
    platform = await startPlatform({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  });

  afterAll(async () => {
    await platform?.stop();
    collector?.closeAllConnections();
    await new Promise((closed) => collector?.close(closed));
  });

  it('joins the request, the questions and the jobs of all stages to one trace, the caller’s', async () => {
    const clip = await smallClip();
    await platform.succeededRun({ ...clip, headers: { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` } });
    const ofRun = () => spans.filter(({ traceId }) => traceId === TRACE_ID);
    const names = () => new Set(ofRun().map(({ name }) => name));
    const wanted = ['POST /v1/runs', 'ingest.probe', ...STAGES.map((stage) => `${stage} job`)];
    const roots = () => {
      const known = new Set(ofRun().map(({ spanId }) => spanId));
      return ofRun().filter(({ parentSpanId }) => !parentSpanId || !known.has(parentSpanId));
    };
    // Each process sends its spans when it likes: a cause may arrive after its effects.
    const haveArrived = async () => wanted.every((name) => names().has(name)) && roots().length === 1;
    await until('all spans have arrived, all but one with their causes', haveArrived);
    console.log(asTree(ofRun()));

    expect(roots().map(({ name, parentSpanId }) => ({ name, parentSpanId }))).toEqual([
      { name: 'POST /v1/runs', parentSpanId: '00f067aa0ba902b7' },
    ]);
    const services = new Set(ofRun().map(({ service }) => service));
    for (const service of ['gateway', ...STAGES]) expect(services).toContain(`propago-${service}`);
  });
});

function spansOf(batch: OtlpBatch): NamedSpan[] {
  return batch.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans: own }) => own.map((span) => ({ ...span, service })));
  });
}

/** One line per span below its cause: when it began after the first one, how long it took (ms), where. */
function asTree(spans: NamedSpan[]): string {
  const start = spans.reduce((least, span) => Math.min(least, Number(span.startTimeUnixNano)), Infinity);
  const known = new Set(spans.map(({ spanId }) => spanId));
  const lines: string[] = [];
  const visit = (parent: string | undefined, depth: number) => {
    const children = spans.filter(({ parentSpanId }) =>
      parent === undefined ? !parentSpanId || !known.has(parentSpanId) : parentSpanId === parent,
    );
    children.sort((a, b) => Number(a.startTimeUnixNano) - Number(b.startTimeUnixNano));
    for (const span of children) {
      const begin = (Number(span.startTimeUnixNano) - start) / 1e6;
      const took = (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6;
      lines.push(`${'  '.repeat(depth)}${span.name} [${span.service}] +${begin.toFixed(0)} ${took.toFixed(0)} ms`);
      visit(span.spanId, depth + 1);
    }
  };
  visit(undefined, 0);
  return lines.join('\n');
}
