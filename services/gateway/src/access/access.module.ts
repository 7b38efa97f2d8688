import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { KeysController } from './keys.controller';
import { KeysService } from './keys.service';
import { QuotaService } from './quota.service';
import { RateLimitService } from './rate-limit.service';

/** Who may send what, and how much of it. */
@Module({
  controllers: [KeysController],
  providers: [{ provide: APP_GUARD, useClass: AccessGuard }, KeysService, RateLimitService, QuotaService],
  exports: [KeysService, QuotaService],
})
export class AccessModule {}
