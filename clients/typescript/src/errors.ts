import type { Schemas } from './api.js';
import type { ErrorCode } from './generated/error-codes.js';

type Problem = Schemas['Problem'];

/** Why something has failed on the server. */
interface Failure {
  code: string;
  title: string;
  detail: string | null;
}

/** A request that the server refuses, or a run or an export that has failed. */
export class PropagoError extends Error {
  override readonly name = 'PropagoError';
  /** One of ERROR_CODES; a newer server may have others. */
  readonly code: ErrorCode | (string & {});
  /** Of the HTTP answer; undefined where a run or an export has failed. */
  readonly status: number | undefined;
  /** One sentence for each code. */
  readonly title: string;
  /** What is wrong in this case. */
  readonly detail: string | null;
  /** Everything that is wrong with the values of the request. */
  readonly errors: NonNullable<Problem['errors']>;

  constructor(failure: Failure, status?: number, errors: Problem['errors'] = []) {
    super(`${failure.code}: ${failure.detail ?? failure.title}`);
    this.code = failure.code;
    this.status = status;
    this.title = failure.title;
    this.detail = failure.detail;
    this.errors = errors;
  }

  /** The error that an answer is, which need not be one of Propago: proxies have pages of their own. */
  static ofAnswer(status: number, content: unknown): PropagoError {
    const problem = content as Partial<Problem> | undefined;
    if (typeof problem?.code === 'string') {
      const { code, title = '', detail = null, errors } = problem;
      return new PropagoError({ code, title, detail }, status, errors);
    }
    const text = typeof content === 'string' ? content.slice(0, 200) : '';
    return new PropagoError({ code: 'UNKNOWN', title: `HTTP ${status}: ${text}`, detail: null }, status);
  }
}

/** What an answer holds. @throws PropagoError where it is a refusal */
export async function good<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw PropagoError.ofAnswer(response.status, error);
  return data as T;
}
