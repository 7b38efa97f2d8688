import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '@propago/runtime';
import { KeyParameter, PageQuery } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { pageOf, placeOf } from '../http/paging';
import { parseBody, schemaOf } from '../http/parse-body';
import { CurrentCaller, type Caller } from './caller';
import { KeysService } from './keys.service';
import { newKey, rotation } from './new-key';
import { RequireScope } from './require-scope';

const PAGE = { fallback: 50, most: 200 };

@ApiTags('admin')
@RequireScope('admin')
@Controller('v1/admin/keys')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Post()
  @ApiOperation({ summary: 'Create an API key; only this answer holds the key itself' })
  @Answers('NewKey', 201)
  @ApiBody({ schema: schemaOf(newKey) })
  async createKey(
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return shownOnce(reply, await this.keys.create(parseBody(newKey, body), caller));
  }

  @Get()
  @ApiOperation({ summary: 'All keys, newest first, without their secrets' })
  @Answers('KeyPage')
  @ApiQuery({ name: 'tenant', required: false, description: 'Keys of this tenant only' })
  @PageQuery(PAGE)
  @Refuses('OPTION_OUT_OF_RANGE')
  listKeys(@Query('tenant') tenant?: string, @Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    const most = pageOf(limit, PAGE);
    return this.keys.list(tenant, most, cursor === undefined ? undefined : placeOf(cursor));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One key without its secret' })
  @Answers('Key')
  @KeyParameter()
  @Refuses('KEY_NOT_FOUND')
  getKey(@Param('id') id: string) {
    return this.keys.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key: every gateway refuses it from now on' })
  @KeyParameter()
  @Refuses('KEY_NOT_FOUND')
  revokeKey(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.keys.revoke(id, caller);
  }

  @Post(':id/rotate')
  @ApiOperation({
    summary:
      'Create a key with the settings of another one, which ends after graceSeconds: ten minutes by default, 0 is now',
  })
  @Answers('NewKey', 201)
  @ApiBody({ schema: schemaOf(rotation), required: false })
  @KeyParameter()
  @Refuses('KEY_NOT_FOUND')
  async rotateKey(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return shownOnce(reply, await this.keys.rotate(id, parseBody(rotation, body).graceSeconds, caller));
  }
}

/** An answer with a secret is kept nowhere on its way. */
function shownOnce<T extends { id: string }>(reply: FastifyReply, created: T): T {
  void reply.header('cache-control', 'no-store').header('location', `/v1/admin/keys/${created.id}`);
  return created;
}
