import { Module } from '@nestjs/common';
import { ClaimsService } from './claims.service';
import { DeliveriesController } from './deliveries.controller';
import { DeliveriesService } from './deliveries.service';
import { SenderService } from './sender.service';
import { WebhookMetrics } from './webhook-metrics';
import { WebhooksController } from './webhooks.controller';
import { WebhooksService } from './webhooks.service';

/** Tells tenants what happens, at addresses of theirs. */
@Module({
  controllers: [WebhooksController, DeliveriesController],
  providers: [WebhooksService, DeliveriesService, ClaimsService, SenderService, WebhookMetrics],
})
export class WebhooksModule {}
