import { HttpStatus } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { answerAddress, type AnswerName } from '@propago/contracts';

/** Documents the JSON that a route answers with when all went well. */
export function Answers(name: AnswerName, status: HttpStatus = HttpStatus.OK): MethodDecorator {
  return ApiResponse({ status, description: name, schema: { $ref: answerAddress(name) } });
}

/** Documents the file that a route answers with when all went well. */
export function AnswersFile(mediaType: string, ...others: string[]): MethodDecorator {
  const schema = { type: 'string', format: 'binary' };
  const content = Object.fromEntries([mediaType, ...others].map((type) => [type, { schema }]));
  return ApiResponse({ status: HttpStatus.OK, description: 'The file', content });
}

/** Documents a route that answers with server-sent events. */
export function AnswersEvents(name: AnswerName): MethodDecorator {
  const description = `Server-sent events, each with a ${name} as its data`;
  const schema = { type: 'string', description: `\`data\` of each event: JSON of ${answerAddress(name)}` };
  return ApiResponse({ status: HttpStatus.OK, description, content: { 'text/event-stream': { schema } } });
}
