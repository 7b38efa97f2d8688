import type { Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { CodedError } from '@propago/contracts';
import { problemOf, PROBLEM_TYPE } from './problem';

/** What the parser of requests says, where it is the client that must do something else. */
const SAID: Record<string, CodedError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new CodedError('REQUEST_TIMEOUT', 'The head of the request did not arrive in time.'),
  HPE_HEADER_OVERFLOW: new CodedError('HEADERS_TOO_LARGE', 'Expected at most 16 KiB of address and headers.'),
  HPE_INVALID_EOF_STATE: new CodedError('UPLOAD_ABORTED', 'The connection ended before the request did.'),
};
const NOT_HTTP = new CodedError('REQUEST_INVALID', 'This is no request of HTTP/1.1.');

/** Answers what is no request, or not the whole of one: no route, hook or filter sees it. The connection ends. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  const { _httpMessage: answering } = socket as Socket & { _httpMessage?: { headersSent: boolean } | null };
  // A connection that broke has nobody to answer, and one answer is under way already where its headers were sent.
  if (error.code !== 'ECONNRESET' && socket.writable && !answering?.headersSent) {
    socket.write(problemAnswer(SAID[error.code ?? ''] ?? NOT_HTTP));
  }
  socket.destroy(error);
}

/** Answers what Node would answer by itself, without a word: expectations that the server does not know. */
export function answerExpectations(server: Server): void {
  server.on('checkExpectation', ({ headers, socket }) => {
    const detail = `Expected the header Expect to be 100-continue, not ${headers.expect}.`;
    socket.end(problemAnswer(new CodedError('REQUEST_INVALID', detail)));
  });
}

/** A whole answer as it goes over the wire. */
function problemAnswer(error: CodedError): string {
  const problem = problemOf(error, '');
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
