import { readEvents, ServerSentEvent } from './sse';

const events = async (...chunks: string[]): Promise<ServerSentEvent[]> => {
  const body = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const all: ServerSentEvent[] = [];
  for await (const event of readEvents(body)) all.push(event);
  return all;
};

describe('readEvents', () => {
  it('reads id, event and data', async () => {
    expect(await events('id: 7\nevent: progress\ndata: {"a":1}\n\n')).toEqual([
      { id: '7', event: 'progress', data: '{"a":1}' },
    ]);
  });

  it('does not depend on how the bytes are cut, also within CRLF and within a character', async () => {
    const text = 'event: state\r\ndata: grün\r\n\r\ndata: b\r\n\r\n';
    const bytes = Buffer.from(text);
    const cut = async function* () {
      for (const byte of bytes) yield Buffer.from([byte]);
    };
    const all: ServerSentEvent[] = [];
    for await (const event of readEvents(cut())) all.push(event);
    expect(all.map(({ event, data }) => [event, data])).toEqual([
      ['state', 'grün'],
      ['message', 'b'],
    ]);
  });

  it('joins data lines, skips comments and events without data, and drops an unfinished event', async () => {
    expect(await events(': ping\n\nevent: x\n\ndata: a\ndata:b\n\ndata: lost')).toEqual([
      { id: undefined, event: 'message', data: 'a\nb' },
    ]);
  });
});
