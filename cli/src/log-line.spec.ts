import { jsonLine, parseLogLine, prettyLine } from './log-line';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

describe('prettyLine', () => {
  it.each([
    [{ level: 30, time: AT }, 'INFO '],
    [{ level: 'warn', time: '2026-01-02T03:04:05.678Z' }, 'WARN '],
  ])('shows time, level, process, message and the other fields of %j', (head, level) => {
    const text = JSON.stringify({ ...head, service: 'ingest', pid: 7, msg: 'job ended', stage: 'ingest', ms: 12 });
    expect(prettyLine(parseLogLine('ingest-0', text, 0), false)).toBe(
      `2026-01-02 03:04:05.678 ${level} ingest-0       job ended stage=ingest ms=12`,
    );
  });

  it('shortens requests and answers', () => {
    const req = { id: 'req-1', method: 'GET', url: '/v1/runs', headers: { host: 'x' } };
    const text = JSON.stringify({
      level: 30,
      time: AT,
      req,
      res: { statusCode: 200, headers: {} },
      msg: 'request completed',
    });
    expect(prettyLine(parseLogLine('gateway-0', text, 0), false)).toBe(
      '2026-01-02 03:04:05.678 INFO  gateway-0      request completed req=GET /v1/runs res=200',
    );
  });

  it('puts the stack of an error below, and colours for people', () => {
    const text = JSON.stringify({ level: 50, time: AT, msg: 'failed', err: { stack: 'Error: no\n    at once' } });
    expect(prettyLine(parseLogLine('models-0', text, 0), true)).toBe(
      '2026-01-02 03:04:05.678 \u001b[31mERROR\u001b[0m models-0       failed\n    Error: no\n        at once',
    );
  });
});

describe('jsonLine', () => {
  it('is what the process wrote, or holds it', () => {
    expect(jsonLine(parseLogLine('ingest-0', '{"msg":"x"}', 0))).toBe('{"msg":"x"}');
    const line = parseLogLine('postgres', 'LOG:  ready {', 5);
    expect(line.time).toBe(5);
    expect(JSON.parse(jsonLine(line))).toEqual({ process: 'postgres', msg: 'LOG:  ready {' });
  });
});
