import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AnswerOf } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
import { WorkersService } from './workers.service';

@ApiTags('admin')
@RequireScope('admin')
@Controller('v1/admin/workers')
export class WorkersController {
  constructor(private readonly workers: WorkersService) {}

  @Get()
  @ApiOperation({
    summary: 'The processes of all services that answer within a second, and which encoders they have loaded',
  })
  @Answers('WorkerList')
  listWorkers(): Promise<AnswerOf<'WorkerList'>> {
    return this.workers.list();
  }
}
