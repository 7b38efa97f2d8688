import { randomUUID } from 'node:crypto';
import { ClientNats } from '@nestjs/microservices';
import { EmptyResponseException } from '@nestjs/microservices/errors/empty-response.exception';
import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from 'nats';
import { firstValueFrom, timeout, TimeoutError } from 'rxjs';
import {
  CodedError,
  InternalError,
  SUBJECTS,
  type Answer,
  type ErrorCode,
  type ModelNews,
  type RunNews,
} from '@propago/contracts';
import { asPlatformError } from '@propago/pipeline';
import type { Logger } from 'pino';

const QUESTION_TIMEOUT_MS = 30_000;

/** Sends news and asks questions over NATS. News is at most once: a failure to send it is no failure of the work. */
@Injectable()
export class News {
  constructor(@Inject(ClientNats) private readonly client: ClientNats) {}

  progress(runId: string): void {
    this.emit(SUBJECTS.progress, { runId });
  }

  state(runId: string): void {
    this.emit(SUBJECTS.state, { runId });
  }

  cancel(runId: string): void {
    this.emit(SUBJECTS.cancel, { runId });
  }

  training(runId: string): void {
    this.emit(SUBJECTS.training, { runId });
  }

  model(news: ModelNews): void {
    this.emit(SUBJECTS.models, news);
  }

  /** @throws CodedError of the answer, or SERVICE_UNAVAILABLE when nobody answers */
  async ask<Question, Value>(subject: string, question: Question, timeoutMs = QUESTION_TIMEOUT_MS): Promise<Value> {
    let answer: Answer<Value>;
    try {
      answer = await firstValueFrom(this.client.send<Answer<Value>>(subject, question).pipe(timeout(timeoutMs)));
    } catch (cause) {
      throw new CodedError('SERVICE_UNAVAILABLE', whyNoAnswer(subject, cause, timeoutMs), { cause });
    }
    if (answer.ok) return answer.value;
    if (answer.code === 'INTERNAL') throw new InternalError(answer.id ?? randomUUID());
    throw new CodedError(answer.code as ErrorCode, answer.detail);
  }

  /** A round trip to the server. */
  async ping(): Promise<void> {
    const connection = (await this.client.connect()) as NatsConnection;
    await connection.flush();
  }

  private emit(subject: string, news: RunNews | ModelNews): void {
    this.client.emit(subject, news).subscribe({ error: () => {} });
  }
}

/** Whether a question failed because nobody is there to answer it, rather than somebody who is slow. */
export function hasNoListener(error: unknown): boolean {
  return error instanceof CodedError && error.cause instanceof EmptyResponseException;
}

/** Which service is missed, and what to do about it. @param subject begins with the service's name */
function whyNoAnswer(subject: string, cause: unknown, timeoutMs: number): string {
  const service = subject.split('.')[0];
  if (cause instanceof TimeoutError) {
    return `The service ${service} did not answer ${subject} within ${timeoutMs / 1000} s: it is overloaded, or was just stopped.`;
  }
  if (cause instanceof EmptyResponseException) {
    return `No service ${service} is running, which answers ${subject}; \`propago up\` starts one.`;
  }
  return `The service ${service} cannot be asked: NATS is not reached.`;
}

/**
 * The answer to a question: a coded error travels as data. What nobody foresaw stays in this process, as a line of its
 * log, and only the id of that line travels.
 */
export async function answer<T>(logger: Logger, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (thrown) {
    const error = asPlatformError(thrown);
    if (error.code !== 'INTERNAL') return { ok: false, code: error.code, detail: error.message };
    const { id, code, message: detail } = new InternalError(randomUUID());
    logger.error({ id, err: error.cause ?? error }, 'question failed');
    return { ok: false, code, detail, id };
  }
}
