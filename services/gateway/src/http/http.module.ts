import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { IdempotencyService } from './idempotency.service';
import { RequestEdgeInterceptor } from './request-edge.interceptor';

/** What the modules with routes share. */
@Global()
@Module({
  providers: [IdempotencyService, { provide: APP_INTERCEPTOR, useClass: RequestEdgeInterceptor }],
  exports: [IdempotencyService],
})
export class HttpModule {}
