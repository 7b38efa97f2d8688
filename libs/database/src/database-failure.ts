import { CodedError } from '@propago/contracts';

const DISK_FULL = '53100';
/** Classes of SQLSTATE that say something of the server: connection, resources, operator, system. */
const OF_THE_SERVER = /^(08|53|57P|58)/;
/** Prisma's own codes for a server that it cannot use. */
const UNREACHABLE = /^P10\d\d$/;
const OUT_OF_REACH = /Can't reach database server/;

interface Failure {
  code?: unknown;
  originalCode?: unknown;
  message?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/** The five letters by which Postgres says why a query failed, from wherever Prisma keeps them. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, originalCode, cause, meta } = error as Failure;
  const own = [originalCode, code].find((text) => typeof text === 'string' && /^[0-9A-Z]{5}$/.test(text));
  const isPrismas = typeof own === 'string' && /^P\d{4}$/.test(own);
  if (own !== undefined && !isPrismas) return own as string;
  return sqlStateOf(meta?.driverAdapterError) ?? sqlStateOf(cause);
}

/**
 * What a failed query says of the server, not of itself: STORAGE_FULL where the disk of Postgres is full,
 * SERVICE_UNAVAILABLE where Postgres is away or has no more of something. Undefined for everything else.
 */
export function databaseFailure(error: unknown): CodedError | undefined {
  const state = sqlStateOf(error);
  if (state === DISK_FULL) return new CodedError('STORAGE_FULL', 'The disk of the database is full.', { cause: error });
  if (state !== undefined && OF_THE_SERVER.test(state)) {
    return new CodedError('SERVICE_UNAVAILABLE', 'The database cannot answer now.', { cause: error });
  }
  const { code, message } = Object(error) as Failure;
  if (UNREACHABLE.test(String(code)) || OUT_OF_REACH.test(String(message))) {
    return new CodedError('SERVICE_UNAVAILABLE', 'The database cannot be reached.', { cause: error });
  }
  return undefined;
}
