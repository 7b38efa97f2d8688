import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { PARAMTYPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { assertStorable, CodedError, FieldErrors, nearest, storable, type FieldProblem } from '@propago/contracts';
import { OF_MACHINES } from './http-metrics';
import { bodyTypesOf } from './open-api/bodies';
import { UUID } from './paging';

/** A query parameter that a route reads. */
interface QueryParameter {
  name: string;
  mayRepeat: boolean;
}

/**
 * What holds for every request whatever its route: query parameters are those that the route reads, and no text in it
 * is such that Postgres refuses it. Forms are looked at where their parts are read.
 */
@Injectable()
export class RequestEdgeInterceptor implements NestInterceptor {
  /** @throws FieldErrors QUERY_UNKNOWN, REQUEST_INVALID; CodedError TEXT_INVALID, MEDIA_TYPE_UNSUPPORTED */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') {
      const request = context.switchToHttp().getRequest<FastifyRequest>();
      if (!OF_MACHINES.test(request.routeOptions.url ?? '')) {
        checkBodyType(request, context);
        check(request, queryOf(context));
      }
    }
    return next.handle();
  }
}

/** Where a handler parses the body: any other type would be read as something that it is not, or as nothing. */
function checkBodyType({ headers }: FastifyRequest, context: ExecutionContext): void {
  const [type = ''] = headers['content-type']?.toLowerCase().split(/[; ]/) ?? [];
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  const parses = argumentsOf(context).some(([key]) => key.startsWith(`${RouteParamtypes.BODY}:`));
  if (!parses || !hasBody || type === '') return;
  const accepted = bodyTypesOf(context.getHandler());
  if (accepted.includes(type)) return;
  const ofCurl =
    type === 'application/x-www-form-urlencoded' ? ', which curl says unless it is told otherwise by -H' : '';
  throw new CodedError(
    'MEDIA_TYPE_UNSUPPORTED',
    `Expected the content type ${accepted.join(' or ')}, not ${type}${ofCurl}.`,
  );
}

function check(request: FastifyRequest, known: QueryParameter[]): void {
  const query = request.query as Record<string, unknown>;
  const problems = Object.entries(query).flatMap(([name, value]) => problemOf(name, value, known) ?? []);
  if (problems.length > 0) throw new FieldErrors(problems as [FieldProblem, ...FieldProblem[]]);
  assertStorable(query, 'the query');
  assertStorable(request.body, 'the body');
  const parameters = request.params as Record<string, string>;
  // An id that cannot be stored is an id that is not there: each route says so as it does of others.
  // Digits of a UUID may be capital letters; they mean the same object, in rows and in keys of blobs.
  for (const [name, value] of Object.entries(parameters)) {
    parameters[name] = UUID.test(value) ? value.toLowerCase() : storable(value);
  }
}

function problemOf(name: string, value: unknown, known: QueryParameter[]): FieldProblem | undefined {
  const parameter = known.find((one) => one.name === name);
  if (!parameter)
    return unknownParameter(
      name,
      known.map((one) => one.name),
    );
  if (parameter.mayRepeat || !Array.isArray(value)) return undefined;
  return { path: name, code: 'REQUEST_INVALID', message: `Expected the query parameter ${name} once.` };
}

function unknownParameter(name: string, known: string[]): FieldProblem {
  const suggestion = nearest(name, known);
  const those = known.length > 0 ? `known are ${known.join(', ')}` : 'this address takes none';
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  const message = `Unknown query parameter ${name}; ${those}.${hint}`;
  return { path: name, code: 'QUERY_UNKNOWN', message, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** Those that the handler's parameters ask for by `@Query(name)`, in their order; one declared as a mere text comes once. */
function queryOf(context: ExecutionContext): QueryParameter[] {
  const [controller, { name: method }] = [context.getClass(), context.getHandler()];
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, controller.prototype as object, method) as unknown[];
  return argumentsOf(context)
    .filter(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`))
    .sort(([, a], [, b]) => a.index - b.index)
    .map(([, { index, data = '' }]) => ({ name: data, mayRepeat: types[index] !== String }));
}

/** What the handler's parameters are filled with. */
function argumentsOf(context: ExecutionContext): [string, { index: number; data?: string }][] {
  const [controller, { name: method }] = [context.getClass(), context.getHandler()];
  return Object.entries(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<
      string,
      { index: number; data?: string }
    >,
  );
}
