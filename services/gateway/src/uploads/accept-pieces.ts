import type { FastifyInstance } from 'fastify';

/** The type of a piece of a file, by tus. */
export const PIECE = 'application/offset+octet-stream';

/** Leaves pieces of files to the route that stores them. */
export function acceptPieces(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(PIECE, (_request, _body, done) => done(null));
}
