import type { components } from '../generated/api';

type ProblemBody = components['schemas']['Problem'];

/** An error as the API says it: a stable code, a sentence for the code, and what is wrong with this request. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly status: number,
  ) {
    super(detail === title ? title : `${title} ${detail}`);
  }

  static unreachable(cause: unknown): Problem {
    if (cause instanceof Problem) return cause;
    return new Problem('UNREACHABLE', 'The server does not answer.', 'Your work stays here; try again in a moment.', 0);
  }

  /** The server is away or busy: the same may succeed in a moment. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** The session is over, or there is none: only signing in helps. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

export function problemOf(body: unknown, status: number): Problem {
  const { code, title, detail } = (typeof body === 'object' && body !== null ? body : {}) as Partial<ProblemBody>;
  if (code && title) return new Problem(code, title, detail ?? title, status);
  return new Problem('UNREACHABLE', `The server answered with ${status}.`, 'Try again in a moment.', status);
}
