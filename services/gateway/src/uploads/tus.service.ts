import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Server } from '@tus/server' with { 'resolution-mode': 'import' };
import type { FastifyReply, FastifyRequest } from 'fastify';
import { assertStorable, asCodedError, CodedError, type ErrorCode } from '@propago/contracts';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { PIECE } from './accept-pieces';
import { partStore } from './part-store';
import { UploadsService } from './uploads.service';

const UPLOADS_PATH = '/v1/uploads';

/** What the library refuses with, by the codes of this API. */
const CODES: Record<number, ErrorCode> = {
  404: 'UPLOAD_NOT_FOUND',
  409: 'UPLOAD_CONFLICT',
  410: 'UPLOAD_NOT_FOUND',
  412: 'TUS_VERSION',
  413: 'UPLOAD_TOO_LARGE',
};

interface Library {
  server: Server;
  /** What it says to the sender whose place another one takes. */
  displaced: string;
}

/**
 * The tus protocol, by its own library. Its lock is that of one gateway: it ends a connection that has stalled when its
 * sender comes back on another one. Over all gateways it is the database that takes each byte once.
 */
@Injectable()
export class TusService {
  /** Loaded for the first piece: gateways start without it, and so do tests that cannot load ECMAScript modules. */
  private library?: Promise<Library>;
  private readonly callers = new WeakMap<object, Caller>();
  private readonly failures = new WeakMap<object, unknown>();

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly uploads: UploadsService,
  ) {}

  private async load(): Promise<Library> {
    const { UPLOAD_EXPIRY_HOURS, MAX_UPLOAD_BYTES } = this.config;
    const tus = await import('@tus/server');
    const server = new tus.Server({
      path: UPLOADS_PATH,
      relativeLocation: true,
      datastore: partStore(tus, this.uploads, UPLOAD_EXPIRY_HOURS * 3_600_000),
      locker: new tus.MemoryLocker(),
      maxSize: MAX_UPLOAD_BYTES,
      namingFunction: () => randomUUID(),
      onUploadCreate: async (request, { id, size, metadata = {} }) => {
        assertStorable(metadata, 'Upload-Metadata');
        await this.uploads.create({ id, bytes: size ?? 0, metadata }, this.callers.get(request)!);
        return {};
      },
      onResponseError: (request, error) => {
        if (error instanceof Error) this.failures.set(request, error);
        return undefined;
      },
    });
    return { server, displaced: tus.ERRORS.ABORTED.body };
  }

  /** Answers a request of the protocol. @throws CodedError for what the library refuses, in the words of this API */
  async handle(request: FastifyRequest, reply: FastifyReply, caller: Caller): Promise<void> {
    const { server, displaced } = await (this.library ??= this.load());
    const own = webRequestOf(request);
    this.callers.set(own, caller);
    const answer = await server.handleWeb(own);
    // The page is of the same origin, and programs ask nobody for permission.
    for (const [name, value] of answer.headers)
      if (/^(tus|upload|location|cache)/.test(name)) void reply.header(name, value);
    if (answer.status >= 400) throw await this.refusalOf(own, answer, displaced);
    void reply.status(answer.status).send();
  }

  private async refusalOf(request: Request, answer: Response, displaced: string): Promise<CodedError> {
    const { status } = answer;
    const failure = this.failures.get(request);
    if (failure && status >= 500) return asCodedError(failure);
    const text = (await answer.text()).trim();
    if (text === displaced) return new CodedError('UPLOAD_CONFLICT', 'Another sender goes on with the upload.');
    return new CodedError(CODES[status] ?? 'REQUEST_INVALID', text.endsWith('.') ? text : `${text}.`);
  }
}

/** The request as the library takes it; a body of another kind has been read by now, and is none of its. */
function webRequestOf({ method, url, headers, raw }: FastifyRequest): Request {
  const known = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat().join(', ')] as [string, string]],
  );
  const isPiece = headers['content-type']?.toLowerCase().startsWith(PIECE) ?? false;
  const body = isPiece ? (Readable.toWeb(raw) as ReadableStream) : null;
  return new Request(new URL(url, 'http://gateway'), { method, headers: known, body, duplex: 'half' } as RequestInit);
}
