import { randomUUID } from 'node:crypto';
import { ClientNats } from '@nestjs/microservices';
import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from 'nats';
import { firstValueFrom, timeout } from 'rxjs';
import {
  CodedError,
  InternalError,
  SUBJECTS,
  type Answer,
  type ErrorCode,
  type ModelNews,
  type RunNews,
} from '@propago/contracts';
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
      throw new CodedError('SERVICE_UNAVAILABLE', `Nobody answered ${subject}.`, { cause });
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

/**
 * The answer to a question: a coded error travels as data. What nobody foresaw stays in this process, as a line of its
 * log, and only the id of that line travels.
 */
export async function answer<T>(logger: Logger, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    if (error instanceof CodedError && error.code !== 'INTERNAL') {
      return { ok: false, code: error.code, detail: error.message };
    }
    const { id, code, message: detail } = new InternalError(randomUUID());
    logger.error({ id, err: (error as Error).cause ?? error }, 'question failed');
    return { ok: false, code, detail, id };
  }
}
