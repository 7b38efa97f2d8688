import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { aliasName, CHAMPION, CodedError, trafficSplit } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { PageQuery } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { pageOf } from '../http/paging';
import { parseBody, schemaOf } from '../http/parse-body';
import { ModelRegistry } from './model-registry.service';
import { aliasBody, etagOf, expectedBy, IF_MATCH, revisionBody, rollbackBody } from './model-request';

const trafficBody = revisionBody.extend({ split: trafficSplit });

const PAGE = { fallback: 100, most: 500 };

@ApiTags('models')
@RequireScope('admin')
@Controller('v1/admin/models')
export class ModelsController {
  constructor(private readonly registry: ModelRegistry) {}

  @Get()
  @ApiOperation({ summary: 'All models with their aliases, traffic and versions' })
  @Answers('ModelList')
  async listModels() {
    return { items: await this.registry.models() };
  }

  @Get('index')
  @ApiOperation({ summary: 'The repository index: name, version, state and reason of every version' })
  @Answers('ModelIndex')
  async getModelIndex() {
    return { items: await this.registry.index() };
  }

  @Get('audit')
  @ApiOperation({ summary: 'Every change of the registry, newest first: who, when, what' })
  @Answers('ModelAuditPage')
  @ApiQuery({ name: 'name', required: false, description: 'Changes of this model only' })
  @PageQuery(PAGE)
  @Refuses('OPTION_OUT_OF_RANGE')
  listModelChanges(@Query('name') name?: string, @Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
      throw new CodedError('REQUEST_INVALID', 'Expected cursor to be `next` of the page before.');
    }
    const before = cursor === undefined ? undefined : Number(cursor);
    return this.registry.audit(pageOf(limit, PAGE), { name, before });
  }

  @Get(':name')
  @ApiOperation({ summary: 'One model with its aliases, traffic and versions' })
  @Answers('Model')
  @Refuses('MODEL_NOT_FOUND')
  getModel(@Param('name') name: string) {
    return this.registry.model(name);
  }

  @Get(':name/aliases')
  @ApiOperation({ summary: 'Which versions the aliases of a model name' })
  @Answers('ModelAliasList')
  @Refuses('MODEL_NOT_FOUND')
  async listModelAliases(@Param('name') name: string) {
    return { items: await this.registry.aliases(name) };
  }

  @Get(':name/aliases/:alias')
  @ApiOperation({ summary: 'Which version an alias names; its revision is the ETag' })
  @Answers('ModelAlias')
  @Refuses('ALIAS_NOT_FOUND')
  async getModelAlias(
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
  @Refuses('MODEL_NOT_FOUND', 'ALIAS_NOT_FOUND', 'ALIAS_CONFLICT', 'MODEL_VERSION_NOT_READY')
  async setModelAlias(
    @Param('name') name: string,
    @Param('alias') alias: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('If-Match') ifMatch?: string,
  ) {
    const given = parseBody(aliasBody, body);
    const change = { version: given.version, expectedRevision: expectedBy(given, ifMatch) };
    await this.registry.change({ what: 'alias', name, alias: parseBody(aliasName, alias), ...change }, caller);
    return this.getModelAlias(name, alias, reply);
  }

  @Delete(':name/aliases/:alias')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove an alias that no traffic goes to (409 otherwise)' })
  @ApiHeader(IF_MATCH)
  @Refuses('MODEL_NOT_FOUND', 'ALIAS_NOT_FOUND', 'ALIAS_CONFLICT', 'MODEL_IN_USE')
  async deleteModelAlias(
    @Param('name') name: string,
    @Param('alias') alias: string,
    @CurrentCaller() caller: Caller,
    @Headers('If-Match') ifMatch?: string,
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
  @Refuses('MODEL_NOT_FOUND', 'ALIAS_NOT_FOUND', 'ALIAS_CONFLICT', 'MODEL_VERSION_NOT_READY')
  async promoteModel(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Headers('If-Match') ifMatch?: string,
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
  @Refuses('MODEL_NOT_FOUND', 'ALIAS_NOT_FOUND', 'ALIAS_CONFLICT', 'ALIAS_NO_PREVIOUS', 'MODEL_VERSION_NOT_READY')
  async rollbackModel(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Headers('If-Match') ifMatch?: string,
  ) {
    const given = parseBody(rollbackBody, body);
    const change = { alias: given.alias ?? CHAMPION, expectedRevision: expectedBy(given, ifMatch) };
    await this.registry.change({ what: 'rollback', name, ...change }, caller);
    return this.registry.model(name);
  }

  @Get(':name/traffic')
  @ApiOperation({ summary: 'Which share of the runs that name the model goes to which alias' })
  @Answers('ModelTraffic')
  @Refuses('MODEL_NOT_FOUND')
  async getModelTraffic(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const view = await this.registry.traffic(name);
    void reply.header('etag', etagOf(view.revision));
    return view;
  }

  @Put(':name/traffic')
  @ApiOperation({ summary: 'Split the runs that name the model between aliases; decided once for each run' })
  @Answers('ModelTraffic')
  @ApiHeader(IF_MATCH)
  @ApiBody({ schema: schemaOf(trafficBody) })
  @Refuses('MODEL_NOT_FOUND', 'ALIAS_NOT_FOUND', 'ALIAS_CONFLICT')
  async setModelTraffic(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('If-Match') ifMatch?: string,
  ) {
    const given = parseBody(trafficBody, body);
    const change = { split: given.split, expectedRevision: expectedBy(given, ifMatch) };
    await this.registry.change({ what: 'traffic', name, ...change }, caller);
    return this.getModelTraffic(name, reply);
  }
}
