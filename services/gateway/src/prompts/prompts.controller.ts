import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodedError, padded, type AnswerOf } from '@propago/contracts';
import { Answers, AnswersFile, CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { revisionIn } from '../http/if-match';
import { AlsoTakesBytes } from '../http/open-api/bodies';
import { FrameParameter, RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { frameNumber } from '../http/paging';
import { schemaOf } from '../http/parse-body';
import { assertMaskFits } from '../runs/mask-size';
import { RunViewService } from '../runs/run-view.service';
import { promptBody, readPrompt } from './prompt-body';
import { PromptsService } from './prompts.service';

const IfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The revision that the change is based on, as the ETag of the prompts says it: 412 when it is another one by now',
    schema: { type: 'string' },
  });

/** What is said about the objects of a run, frame by frame. Every change gives the run a new revision. */
@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id/prompts')
export class PromptsController {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly prompts: PromptsService,
    private readonly view: RunViewService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The frames that have a prompt, and the objects that each speaks of' })
  @Answers('PromptList')
  @Refuses('RUN_NOT_FOUND')
  async listPrompts(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<'PromptList'>> {
    const list = await this.prompts.list(id, caller);
    void reply.header('etag', `"${list.revision}"`);
    return list;
  }

  @Get(':frame/mask.png')
  @ApiOperation({ summary: 'What the prompt of one frame says, as an indexed PNG of object ids' })
  @FrameParameter()
  @AnswersFile('image/png')
  @Refuses('RUN_NOT_FOUND', 'PROMPT_NOT_FOUND', 'FRAME_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'BLOB_MISSING')
  async getPromptMask(
    @Param('id') id: string,
    @Param('frame') frame: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const index = frameNumber(frame);
    const { maskKey, digest } = await this.prompts.on(id, caller, index);
    const stored = await this.storage.stat(maskKey);
    if (!stored) throw new CodedError('BLOB_MISSING', `The mask of the prompt on frame ${index} is missing.`);
    return sendFile(request, reply, {
      mediaType: 'image/png',
      bytes: stored.bytes,
      version: digest,
      isShown: true,
      name: `prompt-${padded(index)}.png`,
      open: (range) => this.storage.getStream(maskKey, range),
    });
  }

  @Put(':frame')
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Say where objects are on a frame, or that they are not there; the run goes on from that',
    description:
      'In the place of what was said about this frame before. Masks between the neighbouring prompts of these objects are ' +
      'made again, others stay. The body is a mask PNG of the video’s size whose values are object ids, or JSON with COCO ' +
      'run lengths. Objects that it does not name are not spoken of.',
  })
  @FrameParameter()
  @IfMatch()
  @ApiQuery({
    name: 'absent',
    required: false,
    description: 'Beside a PNG: ids of objects that are not on the frame, with commas between them',
    schema: { type: 'string' },
    example: '2,3',
  })
  @ApiConsumes('application/json')
  @AlsoTakesBytes()
  @ApiBody({ schema: { ...schemaOf(promptBody), example: { objects: [{ id: 2, absent: true }] } } })
  @Answers('Run', 202)
  @Refuses(
    /^MASK_/,
    'RUN_NOT_FOUND',
    'RUN_NOT_CORRECTABLE',
    'REVISION_CONFLICT',
    'OBJECT_UNKNOWN',
    'FRAME_NOT_FOUND',
    'MEDIA_TYPE_UNSUPPORTED',
    'UPLOAD_TOO_LARGE',
    'STORAGE_FULL',
  )
  async putPrompt(
    @Param('id') id: string,
    @Param('frame') frame: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Query('absent') absent?: string,
    @Headers('If-Match') ifMatch?: string,
  ) {
    const { video } = await this.view.get(id, caller);
    const { MAX_SIDE, MAX_CLASSES } = this.config;
    const limits = { maxSide: MAX_SIDE, maxPixels: MAX_SIDE * MAX_SIDE, maxClasses: MAX_CLASSES };
    const said = readPrompt(body, { frames: video, absent, limits });
    assertMaskFits(said, video);
    await this.prompts.put(id, caller, { ...said, frame: frameNumber(frame) }, revisionOf(ifMatch));
    return this.view.get(id, caller);
  }

  @Delete(':frame')
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take back what was said about a frame; its masks are propagated again' })
  @FrameParameter()
  @IfMatch()
  @Answers('Run', 202)
  @Refuses(
    'RUN_NOT_FOUND',
    'RUN_NOT_CORRECTABLE',
    'REVISION_CONFLICT',
    'PROMPT_NOT_FOUND',
    'PROMPT_NEEDED',
    'FRAME_NOT_FOUND',
  )
  async deletePrompt(
    @Param('id') id: string,
    @Param('frame') frame: string,
    @CurrentCaller() caller: Caller,
    @Headers('If-Match') ifMatch?: string,
  ) {
    await this.prompts.remove(id, caller, frameNumber(frame), revisionOf(ifMatch));
    return this.view.get(id, caller);
  }
}

/** The revision that If-Match expects. @throws CodedError REQUEST_INVALID */
function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const revision = revisionIn(ifMatch);
  if (revision === undefined)
    throw new CodedError('REQUEST_INVALID', 'Expected If-Match to be the ETag of the prompts.');
  return revision;
}
