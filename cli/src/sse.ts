/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  id: string | undefined;
  /** `message` when the stream names none. */
  event: string;
  data: string;
}

/** The events of a `text/event-stream` body, as the HTML standard reads it: LF, CR or CRLF, comments, several data lines. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let text = '';
  let id: string | undefined;
  let event = '';
  let data: string[] = [];
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be half of a CRLF.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    text = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
      if (field === 'event') event = value!;
      else if (field === 'data') data.push(value!);
      else if (field === 'id') id = value!;
    }
  }
}
