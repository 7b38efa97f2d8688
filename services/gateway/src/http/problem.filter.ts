import { randomUUID } from 'node:crypto';
import { ArgumentsHost, Catch, ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@propago/runtime';
import { CodedError, InternalError } from '@propago/contracts';
import { serverFailure } from '@propago/pipeline';
import type { AllowedMethods } from './allowed-methods';
import { problemOf, PROBLEM_TYPE } from './problem';
import { Refusal } from './refusal';

const RETRY_AFTER_SECONDS = 2;
/** Away, or without room: the same request may succeed later. */
const MAY_PASS: number[] = [503, 507];
/** Characters of an address that are repeated to who sent it. */
const MAX_INSTANCE = 200;

/** Every error of the API as a problem; what is unexpected keeps its details for the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly allowed: AllowedMethods,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const coded = this.toCoded(error, request);
    if (coded.kind.status >= 500 && !isHealthAnswer(error)) {
      const { method, url } = request;
      const id = coded instanceof InternalError ? { id: coded.id } : {};
      this.logger.error({ code: coded.code, ...id, method, url, err: coded.cause ?? error }, 'request failed');
    }
    // A stream that breaks after its first byte cannot become a problem any more: the client sees it cut off.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (coded instanceof Refusal) void reply.headers(coded.headers);
    if (MAY_PASS.includes(coded.kind.status)) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    // Health answers name what is not ready, in the form that they have when all is.
    const extension = isHealthAnswer(error) ? (error.getResponse() as object) : {};
    const body = { ...problemOf(coded, request.url), ...extension };
    void reply.status(coded.kind.status).type(PROBLEM_TYPE).send(body);
  }

  private toCoded(error: unknown, request: FastifyRequest): CodedError {
    if (error instanceof InternalError) return error;
    if (error instanceof CodedError) return error.code === 'INTERNAL' ? internal(error) : error;
    const ofServer = serverFailure(error);
    if (ofServer) return ofServer;
    const status =
      (error as { statusCode?: number }).statusCode ?? (error instanceof HttpException ? error.getStatus() : 500);
    const message = error instanceof Error ? error.message : String(error);
    if (status === 404) return this.nothingHere(request);
    if (status === 413) return new CodedError('UPLOAD_TOO_LARGE', message, { cause: error });
    if (status === 415) return new CodedError('MEDIA_TYPE_UNSUPPORTED', message, { cause: error });
    if (status === 503) return new CodedError('SERVICE_UNAVAILABLE', message, { cause: error });
    if (status >= 400 && status < 500) return new CodedError('REQUEST_INVALID', message, { cause: error });
    return internal(error);
  }

  /** 405 where another method finds something at the address. */
  private nothingHere({ method, url, raw }: FastifyRequest): CodedError {
    const methods = this.allowed.at(url, raw.socket.localPort);
    if (methods.length === 0 || methods.includes(method)) return new CodedError('ROUTE_NOT_FOUND', `${method} ${url}`);
    const allow = methods.join(', ');
    return new Refusal('METHOD_NOT_ALLOWED', `Expected ${allow} at this address, not ${method}.`, { allow });
  }
}

/** The answer to an address that no route can be looked up for. */
export function answerBadAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const coded = new CodedError('REQUEST_INVALID', 'The address is too long or cannot be decoded.', { cause: error });
  const problem = problemOf(coded, request.url.slice(0, MAX_INSTANCE));
  void reply.status(problem.status).type(PROBLEM_TYPE).send(problem);
}

function internal(error: unknown): InternalError {
  return new InternalError(randomUUID(), { cause: error });
}

function isHealthAnswer(error: unknown): error is HttpException {
  return (
    error instanceof HttpException && typeof error.getResponse() === 'object' && 'ready' in Object(error.getResponse())
  );
}
