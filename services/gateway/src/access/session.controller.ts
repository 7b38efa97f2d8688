import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { BuildInfo } from '@propago/build-info';
import type { AnswerOf } from '@propago/contracts';
import { Answers, BUILD, CONFIG, type ConfigOf } from '@propago/runtime';
import { Refuses } from '../http/open-api/refuses';
import { parseBody, schemaOf } from '../http/parse-body';
import { unauthorised } from '../http/refusal';
import { assertCsrfToken } from './csrf';
import { isRouteHere } from './admin-port';
import { ANYBODY } from './caller';
import { Public } from './require-scope';
import { ADMIN_PATH } from './route-access';
import { assertSameOrigin } from './same-origin';
import { sessionTokenIn, setSessionToken } from './session-cookie';
import { IDLE_SECONDS, SessionsService } from './sessions.service';

/** How a browser signs in. */
const signIn = z
  .strictObject({
    key: z.string().max(200).optional().describe('An API key'),
    link: z
      .string()
      .max(200)
      .optional()
      .describe('In the place of a key: what follows #sign-in= in the link that `propago up` prints'),
  })
  .refine(({ key, link }) => (key === undefined) !== (link === undefined), 'Expected a key or a link');

type SessionView = AnswerOf<'Session'>;

/** The session of a browser. Programs send their key with each request and need none. */
@ApiTags('session')
@Public()
@Controller('v1/session')
export class SessionController {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(BUILD) private readonly build: BuildInfo,
    private readonly sessions: SessionsService,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign a browser in: its session is a cookie that no script can read' })
  @Answers('Session')
  @ApiBody({ schema: { ...schemaOf(signIn), example: { key: 'pgo_…' } } })
  @Refuses('KEY_INVALID', 'KEY_EXPIRED', 'KEY_REVOKED', 'LINK_INVALID', 'ORIGIN_FORBIDDEN')
  async createSession(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    assertSameOrigin(request);
    const given = parseBody(signIn, body);
    if (this.config.ACCESS === 'off') return this.viewOf(request, ANYBODY, null);
    const token =
      given.key === undefined ? await this.sessions.follow(given.link!) : await this.sessions.start(given.key);
    const { caller, csrfToken } = await this.sessions.open(token);
    setSessionToken(request, reply, token, IDLE_SECONDS);
    return this.viewOf(request, caller, csrfToken);
  }

  @Get()
  @ApiOperation({ summary: 'Who is signed in, and the token that changes need' })
  @Answers('Session')
  @Refuses('KEY_MISSING', 'KEY_EXPIRED', 'KEY_REVOKED', 'SESSION_ENDED', 'ORIGIN_FORBIDDEN')
  async getSession(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    if (this.config.ACCESS === 'off') return this.viewOf(request, ANYBODY, null);
    assertSameOrigin(request);
    const token = sessionTokenIn(request);
    if (token === undefined) throw unauthorised('KEY_MISSING', 'Nobody is signed in.');
    const { caller, csrfToken, nextToken } = await this.sessions.open(token);
    if (nextToken !== undefined) setSessionToken(request, reply, nextToken, IDLE_SECONDS);
    return this.viewOf(request, caller, csrfToken);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out: the session ends, and its open event streams do' })
  @ApiHeader({ name: 'X-CSRF-Token', required: false, schema: { type: 'string' } })
  @Refuses('CSRF_INVALID', 'KEY_EXPIRED', 'KEY_REVOKED', 'SESSION_ENDED', 'ORIGIN_FORBIDDEN')
  async endSession(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = sessionTokenIn(request);
    if (this.config.ACCESS === 'off' || token === undefined) return;
    assertSameOrigin(request);
    const { caller, csrfToken } = await this.sessions.open(token);
    assertCsrfToken(request, csrfToken);
    await this.sessions.end(caller.sessionId!);
    setSessionToken(request, reply, 'none', 0);
  }

  private viewOf(
    { socket }: FastifyRequest,
    { name, tenant, scopes }: Pick<typeof ANYBODY, 'name' | 'tenant' | 'scopes'>,
    csrfToken: string | null,
  ): SessionView {
    const { ACCESS: access } = this.config;
    const hasAdmin = scopes.includes('admin') && isRouteHere(this.config, `/${ADMIN_PATH}/`, socket.localPort);
    return { access, key: { name, tenant, scopes: [...scopes] }, csrfToken, hasAdmin, version: this.build.version };
  }
}
