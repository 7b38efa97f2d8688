import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { CodedError, WEBHOOK_DELIVERY_STATES, type WebhookDeliveryState } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { PageQuery, WebhookParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { pageOf } from '../http/paging';
import { DeliveriesService } from './deliveries.service';
import { WebhooksService } from './webhooks.service';

const PAGE = { fallback: 50, most: 200 };

const EventParameter = () =>
  ApiParam({
    name: 'event',
    description: 'Of the event: `webhook-id` of what was sent',
    schema: { type: 'string', format: 'uuid' },
  });

/** What a webhook was told, or is to be told. */
@ApiTags('webhooks')
@RequireScope('runs:write')
@WebhookParameter()
@Controller('v1/webhooks/:id')
export class DeliveriesController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Post('test')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send an event of the type webhook.test, once; its delivery says what came of it' })
  @Answers('WebhookDelivery', 202)
  @Refuses('WEBHOOK_NOT_FOUND', 'WEBHOOK_DISABLED')
  testWebhook(@Param('id') id: string, @CurrentCaller() caller: Caller) {
    return this.deliveries.test(id, caller);
  }

  @Get('deliveries')
  @ApiOperation({ summary: 'Events that were sent, or are to be sent, newest first' })
  @ApiQuery({ name: 'state', required: false, schema: { type: 'string', enum: [...WEBHOOK_DELIVERY_STATES] } })
  @PageQuery(PAGE)
  @Answers('WebhookDeliveryPage')
  @Refuses('WEBHOOK_NOT_FOUND', 'OPTION_OUT_OF_RANGE')
  async listWebhookDeliveries(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Query('state') state?: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ) {
    await this.webhooks.find(id, caller);
    return this.deliveries.list(id, caller, { limit: pageOf(limit, PAGE), cursor, state: stateOf(state) });
  }

  @Get('deliveries/:event')
  @ApiOperation({ summary: 'What was sent, and what came of each attempt' })
  @EventParameter()
  @Answers('WebhookDeliveryLog')
  @Refuses('WEBHOOK_NOT_FOUND', 'WEBHOOK_DELIVERY_NOT_FOUND')
  getWebhookDelivery(@Param('id') id: string, @Param('event') event: string, @CurrentCaller() caller: Caller) {
    return this.deliveries.get(id, event, caller);
  }

  @Post('deliveries/:event/redeliver')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send an event again, under the same webhook-id' })
  @EventParameter()
  @Answers('WebhookDelivery', 202)
  @Refuses('WEBHOOK_NOT_FOUND', 'WEBHOOK_DELIVERY_NOT_FOUND', 'WEBHOOK_DISABLED')
  redeliverWebhook(@Param('id') id: string, @Param('event') event: string, @CurrentCaller() caller: Caller) {
    return this.deliveries.redeliver(id, event, caller);
  }
}

function stateOf(state: string | undefined): WebhookDeliveryState | undefined {
  if (state === undefined) return undefined;
  const known = WEBHOOK_DELIVERY_STATES.find((name) => name === state);
  if (known) return known;
  throw new CodedError('OPTION_OUT_OF_RANGE', `Expected state to be one of ${WEBHOOK_DELIVERY_STATES.join(', ')}.`);
}
