import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { AnswerOf } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { expectedRevision, IfMatch } from '../http/if-match';
import { ObjectParameter, RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { parseBody, schemaOf } from '../http/parse-body';
import { RunViewService } from '../runs/run-view.service';
import { newObject, objectChange } from './object-body';
import { ObjectsService } from './objects.service';

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
  @ApiBody({ schema: { ...schemaOf(newObject), example: { name: 'cyclist' } }, required: false })
  @Answers('RunObject', 201)
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_CORRECTABLE', 'OBJECT_EXISTS', 'MASK_TOO_MANY_CLASSES', /^KEYPOINTS?_/)
  async addObject(@Param('id') id: string, @Body() body: unknown, @CurrentCaller() caller: Caller) {
    // Before the body is looked at: a run of another tenant is not there, whatever is sent.
    await this.view.mustExist(id, caller);
    return this.objects.add(id, parseBody(newObject, body));
  }

  @Patch(':object')
  @RequireScope('runs:write')
  @ApiOperation({
    summary: 'Change the name or the colour of an object, or whether frames before its first prompt are labelled',
    description:
      'What is absent stays as it is. A new colour gives the run a new revision, whose masks and overlay have it; so does ' +
      'a change of isTracedBack.',
  })
  @ObjectParameter()
  @ApiBody({ schema: { ...schemaOf(objectChange), example: { name: 'cyclist', colour: '#e01b24' } }, required: false })
  @Answers('RunObject')
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_CORRECTABLE', 'OBJECT_NOT_FOUND')
  async updateObject(
    @Param('id') id: string,
    @Param('object') object: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
  ) {
    await this.view.mustExist(id, caller);
    return this.objects.update(id, objectNumber(object), parseBody(objectChange, body));
  }

  @Delete(':object')
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Remove an object, and all that prompts say of it',
    description: 'A prompt that speaks of no other object goes with it. What other objects are labelled with stays.',
  })
  @ObjectParameter()
  @IfMatch()
  @Answers('Run', 202)
  @Refuses('RUN_NOT_FOUND', 'RUN_NOT_CORRECTABLE', 'REVISION_CONFLICT', 'OBJECT_NOT_FOUND', 'PROMPT_NEEDED')
  async deleteObject(
    @Param('id') id: string,
    @Param('object') object: string,
    @CurrentCaller() caller: Caller,
    @Headers('If-Match') ifMatch?: string,
  ) {
    await this.view.mustExist(id, caller);
    await this.objects.remove(id, objectNumber(object), expectedRevision(ifMatch));
    return this.view.get(id, caller);
  }
}

/** @throws CodedError REQUEST_INVALID */
function objectNumber(text: string): number {
  return parseBody(z.object({ object: z.coerce.number().pipe(z.int().min(0)) }), { object: text }).object;
}
