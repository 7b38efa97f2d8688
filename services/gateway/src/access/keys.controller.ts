import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '@propago/runtime';
import { pageOf, placeOf } from '../runs/paging';
import { CurrentCaller, type Caller } from './caller';
import { KeysService } from './keys.service';
import { newKey, parseBody, rotation } from './new-key';
import { RequireScope } from './require-scope';

/** Zod's JSON schema of what is sent, as OpenAPI takes it. */
const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;

@ApiTags('admin')
@RequireScope('admin')
@Controller('v1/admin/keys')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Post()
  @ApiOperation({ summary: 'Create an API key; only this answer holds the key itself' })
  @Answers('NewKey', 201)
  @ApiBody({ schema: schemaOf(newKey) })
  async create(
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
  @ApiQuery({ name: 'limit', required: false, description: '1 to 200, 50 by default' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  list(@Query('tenant') tenant?: string, @Query('limit') limit?: string, @Query('cursor') cursor?: string) {
    const most = pageOf(limit, { fallback: 50, most: 200 });
    return this.keys.list(tenant, most, cursor === undefined ? undefined : placeOf(cursor));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One key without its secret' })
  @Answers('Key')
  get(@Param('id') id: string) {
    return this.keys.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key: every gateway refuses it from now on' })
  revoke(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.keys.revoke(id, caller);
  }

  @Post(':id/rotate')
  @ApiOperation({
    summary:
      'Create a key with the settings of another one, which ends after graceSeconds: ten minutes by default, 0 is now',
  })
  @Answers('NewKey', 201)
  @ApiBody({ schema: schemaOf(rotation), required: false })
  async rotate(
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
