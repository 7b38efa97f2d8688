import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** What a key may do. None includes another. */
export const SCOPES = ['runs:read', 'runs:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a key may use. */
export interface Limits {
  requestsPerMinute: number;
  /** Runs of the key that have not ended. */
  maxActiveRuns: number;
  /** Bytes of the videos of all runs of the tenant. */
  maxStoredBytes: number;
}

/** Who sent a request. */
export interface Caller {
  /** Whose runs the request is about; all other runs do not exist for it. */
  tenant: string;
  /** Null where access control is off. */
  keyId: string | null;
  /** Of a browser that is signed in; null for programs. */
  sessionId: string | null;
  /** What a person calls the key; for audit logs. */
  name: string;
  scopes: readonly Scope[];
  /** Null where access control is off: nothing is limited then. */
  limits: Limits | null;
}

/** Who everybody is where access control is off. */
export const ANYBODY: Caller = {
  tenant: 'default',
  keyId: null,
  sessionId: null,
  name: 'anybody',
  scopes: SCOPES,
  limits: null,
};

const callers = new WeakMap<object, Caller>();

/** Remembers who sent a request. Called by the access guard only. */
export function setCaller(request: object, caller: Caller): void {
  callers.set(request, caller);
}

/** @throws Error on a public route, which has no caller */
export function callerOf(request: object): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('A public route has no caller.');
  return caller;
}

/** What the log says of a request: whose it is, where that is known. */
export function factsOf(request: object): { tenant?: string } {
  const caller = callers.get(request);
  return caller ? { tenant: caller.tenant } : {};
}

/** Who sent the request: `@CurrentCaller() caller: Caller`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<object>()),
);
