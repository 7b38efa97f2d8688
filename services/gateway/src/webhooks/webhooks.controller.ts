import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { AnswerOf } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { WebhookParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { parseBody, schemaOf } from '../http/parse-body';
import { newWebhookRequest, secretRotation, webhookChange } from './webhook-request';
import { WebhooksService } from './webhooks.service';

const EXAMPLE = {
  url: 'https://example.org/hooks/propago',
  events: ['run.succeeded', 'run.failed'],
  description: 'labels for the lab',
};

/** Where a tenant is told what happens. The address of a receiver may be a secret: who only reads runs does not see it. */
@ApiTags('webhooks')
@RequireScope('runs:write')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @ApiOperation({
    summary: 'Have events sent to an address, signed as Standard Webhooks say; only this answer holds the secret',
    description: 'docs/webhooks.md has the events, how to verify one, and when it is sent again.',
  })
  @ApiBody({ schema: { ...schemaOf(newWebhookRequest), example: EXAMPLE } })
  @Answers('NewWebhook', 201)
  @Refuses('WEBHOOK_URL_FORBIDDEN', 'WEBHOOKS_TOO_MANY')
  async createWebhook(
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const created = await this.webhooks.create(parseBody(newWebhookRequest, body), caller);
    void reply.header('location', `/v1/webhooks/${created.id}`);
    return shownOnce(reply, created);
  }

  @Get()
  @ApiOperation({ summary: 'The webhooks of the tenant, newest first' })
  @Answers('WebhookList')
  listWebhooks(@CurrentCaller() caller: Caller) {
    return this.webhooks.list(caller);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One webhook, without its secret' })
  @WebhookParameter()
  @Answers('Webhook')
  @Refuses('WEBHOOK_NOT_FOUND')
  getWebhook(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    return this.webhooks.get(id, caller);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change address, events or description; disable it, or enable it again' })
  @WebhookParameter()
  @ApiBody({ schema: { ...schemaOf(webhookChange), example: { enabled: true } }, required: false })
  @Answers('Webhook')
  @Refuses('WEBHOOK_NOT_FOUND', 'WEBHOOK_URL_FORBIDDEN')
  async updateWebhook(@Param('id') id: string, @Body() body: unknown, @CurrentCaller() caller: Caller) {
    await this.webhooks.find(id, caller);
    return this.webhooks.change(id, parseBody(webhookChange, body), caller);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a webhook and the log of its deliveries; nothing more is sent' })
  @WebhookParameter()
  @Refuses('WEBHOOK_NOT_FOUND')
  deleteWebhook(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.webhooks.remove(id, caller);
  }

  @Post(':id/rotate')
  @ApiOperation({
    summary: 'Make a new secret; events are signed with the old one too for graceSeconds, a day by default',
  })
  @WebhookParameter()
  @ApiBody({ schema: { ...schemaOf(secretRotation), example: { graceSeconds: 3600 } }, required: false })
  @Answers('NewWebhook', 201)
  @Refuses('WEBHOOK_NOT_FOUND')
  async rotateWebhookSecret(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.webhooks.find(id, caller);
    const { graceSeconds } = parseBody(secretRotation, body);
    return shownOnce(reply, await this.webhooks.rotate(id, graceSeconds, caller));
  }
}

/** An answer with a secret is kept nowhere on its way. */
function shownOnce(reply: FastifyReply, created: AnswerOf<'NewWebhook'>): AnswerOf<'NewWebhook'> {
  void reply.header('cache-control', 'no-store');
  return created;
}
