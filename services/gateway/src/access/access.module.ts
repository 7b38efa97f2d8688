import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { KeysController } from './keys.controller';
import { KeysService } from './keys.service';
import { QuotaService } from './quota.service';
import { RateLimitService } from './rate-limit.service';
import { SessionController } from './session.controller';
import { SessionsService } from './sessions.service';

/** Who may send what, and how much of it. */
@Module({
  controllers: [KeysController, SessionController],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    KeysService,
    SessionsService,
    RateLimitService,
    QuotaService,
  ],
  exports: [KeysService, SessionsService, QuotaService],
})
export class AccessModule {}
