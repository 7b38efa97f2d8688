import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { aliasName, CHAMPION, CodedError, trafficSplit } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { parseBody } from '../access/new-key';
import { RequireScope } from '../access/require-scope';
import { pageOf } from '../runs/paging';
import { ModelRegistry } from './model-registry.service';
import { aliasBody, etagOf, expectedBy, IF_MATCH, revisionBody, rollbackBody } from './model-request';

const trafficBody = revisionBody.extend({ split: trafficSplit });

/** Zod's JSON schema of what is sent, as OpenAPI takes it. */
const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;

@ApiTags('models')
@RequireScope('admin')
@Controller('v1/admin/models')
export class ModelsController {
  constructor(private readonly registry: ModelRegistry) {}

  @Get()
  @ApiOperation({ summary: 'All models with their aliases, traffic and versions' })
  @Answers('ModelList')
  async list() {
    return { items: await this.registry.models() };
  }

  @Get('index')
  @ApiOperation({ summary: 'The repository index: name, version, state and reason of every version' })
  @Answers('ModelIndex')
  async index() {
    return { items: await this.registry.index() };
  }

  @Get('audit')
  @ApiOperation({ summary: 'Every change of the registry, newest first: who, when, what' })
  @Answers('ModelAuditPage')
  @ApiQuery({ name: 'name', required: false, description: 'Changes of this model only' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 500, 100 by default' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  audit(@Query('name') name?: string, @Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
      throw new CodedError('REQUEST_INVALID', 'Expected cursor to be `next` of the page before.');
    }
    const before = cursor === undefined ? undefined : Number(cursor);
    return this.registry.audit(pageOf(limit, { fallback: 100, most: 500 }), { name, before });
  }

  @Get(':name')
  @ApiOperation({ summary: 'One model with its aliases, traffic and versions' })
  @Answers('Model')
  get(@Param('name') name: string) {
    return this.registry.model(name);
  }

  @Get(':name/aliases')
  @ApiOperation({ summary: 'Which versions the aliases of a model name' })
  @Answers('ModelAliasList')
  async aliases(@Param('name') name: string) {
    return { items: await this.registry.aliases(name) };
  }

  @Get(':name/aliases/:alias')
  @ApiOperation({ summary: 'Which version an alias names; its revision is the ETag' })
  @Answers('ModelAlias')
  async alias(
    @Param('name') name: string,
    @Param('alias') alias: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const view = await this.registry.alias(name, alias);
    void reply.header('etag', etagOf(view.revision));
    return view;
  }

  @Put(':name/aliases/:alias')
  @ApiOperation({ summary: 'Let an alias name a READY version; expectedRevision 0: only if there is none yet' })
  @Answers('ModelAlias')
  @ApiHeader(IF_MATCH)
  @ApiBody({ schema: schemaOf(aliasBody) })
  async setAlias(
    @Param('name') name: string,
    @Param('alias') alias: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') ifMatch?: string,
  ) {
    const given = parseBody(aliasBody, body);
    const change = { version: given.version, expectedRevision: expectedBy(given, ifMatch) };
    await this.registry.change({ what: 'alias', name, alias: parseBody(aliasName, alias), ...change }, caller);
    return this.alias(name, alias, reply);
  }

  @Delete(':name/aliases/:alias')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove an alias that no traffic goes to (409 otherwise)' })
  @ApiHeader(IF_MATCH)
  async removeAlias(
    @Param('name') name: string,
    @Param('alias') alias: string,
    @CurrentCaller() caller: Caller,
    @Headers('if-match') ifMatch?: string,
  ): Promise<void> {
    const expectedRevision = expectedBy({}, ifMatch);
    await this.registry.change({ what: 'alias-delete', name, alias, expectedRevision }, caller);
  }

  @Post(':name(^[^:]+)::promote')
  @HttpCode(200)
  @ApiOperation({ summary: 'The canary becomes the champion and gets all traffic; the champion before stays loaded' })
  @Answers('Model')
  @ApiHeader({ ...IF_MATCH, description: `Of the alias ${CHAMPION}. ${IF_MATCH.description}` })
  @ApiBody({ schema: schemaOf(revisionBody), required: false })
  async promote(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Headers('if-match') ifMatch?: string,
  ) {
    const expectedRevision = expectedBy(parseBody(revisionBody, body), ifMatch);
    await this.registry.change({ what: 'promote', name, expectedRevision }, caller);
    return this.registry.model(name);
  }

  @Post(':name(^[^:]+)::rollback')
  @HttpCode(200)
  @ApiOperation({
    summary: 'An alias, by default the champion, names what it named before; nothing is validated again',
  })
  @Answers('Model')
  @ApiHeader(IF_MATCH)
  @ApiBody({ schema: schemaOf(rollbackBody), required: false })
  async rollback(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Headers('if-match') ifMatch?: string,
  ) {
    const given = parseBody(rollbackBody, body);
    const change = { alias: given.alias ?? CHAMPION, expectedRevision: expectedBy(given, ifMatch) };
    await this.registry.change({ what: 'rollback', name, ...change }, caller);
    return this.registry.model(name);
  }

  @Get(':name/traffic')
  @ApiOperation({ summary: 'Which share of the runs that name the model goes to which alias' })
  @Answers('ModelTraffic')
  async traffic(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const view = await this.registry.traffic(name);
    void reply.header('etag', etagOf(view.revision));
    return view;
  }

  @Put(':name/traffic')
  @ApiOperation({ summary: 'Split the runs that name the model between aliases; decided once for each run' })
  @Answers('ModelTraffic')
  @ApiHeader(IF_MATCH)
  @ApiBody({ schema: schemaOf(trafficBody) })
  async setTraffic(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') ifMatch?: string,
  ) {
    const given = parseBody(trafficBody, body);
    const change = { split: given.split, expectedRevision: expectedBy(given, ifMatch) };
    await this.registry.change({ what: 'traffic', name, ...change }, caller);
    return this.traffic(name, reply);
  }
}
