import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { runName, type AnswerOf } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { parseBody, schemaOf } from '../http/parse-body';
import { RunViewService } from '../runs/run-view.service';
import { ObjectsService } from './objects.service';

const newObject = z.strictObject({
  id: z.int().min(1).max(254).optional().describe('The value of its pixels; absent: the smallest that is free'),
  name: runName.optional().describe('What you call it'),
  isTracedBack: z.boolean().optional().describe('Also label frames before its first prompt; false: it appears there'),
});

/** What is tracked in a run. */
@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id/objects')
export class ObjectsController {
  constructor(
    private readonly objects: ObjectsService,
    private readonly view: RunViewService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The objects of a run' })
  @Answers('RunObjectList')
  @Refuses('RUN_NOT_FOUND')
  listObjects(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<AnswerOf<'RunObjectList'>> {
    return this.objects.list(id, caller);
  }

  @Post()
  @RequireScope('runs:write')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Add an object, such as one that appears later',
    description: 'It has no pixels until a prompt says where it is.',
  })
  @ApiBody({ schema: { ...schemaOf(newObject), example: { name: 'cyclist' } } })
  @Answers('RunObject', 201)
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_CORRECTABLE', 'OBJECT_EXISTS', 'MASK_TOO_MANY_CLASSES')
  async addObject(@Param('id') id: string, @Body() body: unknown, @CurrentCaller() caller: Caller) {
    // Before the body is looked at: a run of another tenant is not there, whatever is sent.
    await this.view.mustExist(id, caller);
    return this.objects.add(id, parseBody(newObject, body));
  }
}
