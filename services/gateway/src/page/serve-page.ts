import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** What `npm run build` makes of services/web: beside the compiled services. */
const BUILT = join(__dirname, '../../../../web');

/** Addresses of the page's screens, which it reads itself. */
const SCREENS = [
  '/',
  '/new',
  '/new/:id',
  '/runs/:id',
  '/models',
  '/models/:name',
  '/training',
  '/training/:id',
  '/system',
];

/** Nothing of elsewhere, no code or style that stands in the page itself, and no frame around it. */
const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Serves the page at `/`, and its parts, whose names change with their content, at `/assets`. */
export function servePage(fastify: FastifyInstance): void {
  // A gateway that was compiled without the page is one for programs: whoever opens it sees what it can do.
  if (!existsSync(join(BUILT, 'index.html'))) {
    fastify.get('/', (_request, reply) => reply.redirect('/docs', 303));
    return;
  }
  // What goes wrong with it ends the start, which waits for all plugins.
  void fastify.register(fastifyStatic, {
    root: join(BUILT, 'assets'),
    prefix: '/assets/',
    index: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply, path) => {
      for (const [name, value] of Object.entries(HEADERS)) void reply.header(name, value);
      // The page itself names the parts of today; a part never changes.
      const lasts = path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable';
      void reply.header('cache-control', lasts);
    },
  });
  for (const address of SCREENS) {
    fastify.get(address, (_request, reply) => reply.sendFile('index.html', BUILT));
  }
}
