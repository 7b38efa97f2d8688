import { HttpStatus } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { answerAddress, type AnswerName } from '@propago/contracts';

/** Documents the JSON that a route answers with when all went well. */
export function Answers(name: AnswerName, status: HttpStatus = HttpStatus.OK): MethodDecorator {
  return ApiResponse({ status, description: name, schema: { $ref: answerAddress(name) } });
}

/**
 * Documents the file that a route answers with when all went well. Whoever asks for `application/octet-stream` gets the
 * bytes under that type, which is the one that every generator of clients knows.
 */
export function AnswersFile(mediaType: string, ...others: string[]): MethodDecorator {
  const isText = mediaType.startsWith('text/');
  const schema = { type: 'string', ...(isText ? {} : { format: 'binary' }) };
  const types = [mediaType, ...others, ...(isText ? [] : ['application/octet-stream'])];
  // What is JSON is read as JSON.
  const content = Object.fromEntries(
    types.map((type) => [type, { schema: type === 'application/json' ? {} : schema }]),
  );
  return ApiResponse({ status: HttpStatus.OK, description: 'The file', content });
}

/** Documents a route that answers with server-sent events. */
export function AnswersEvents(name: AnswerName): MethodDecorator {
  const description = `Server-sent events, each with a ${name} as its data`;
  const schema = { type: 'string', description: `\`data\` of each event: JSON of ${answerAddress(name)}` };
  return ApiResponse({ status: HttpStatus.OK, description, content: { 'text/event-stream': { schema } } });
}
