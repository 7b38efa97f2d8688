import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CodedError, padded, type AnswerOf } from '@propago/contracts';
import { Answers, AnswersFile, CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { sendFile } from '../http/file-answer';
import { expectedRevision, IfMatch } from '../http/if-match';
import { AlsoTakesBytes } from '../http/open-api/bodies';
import { FrameParameter, RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { frameNumber } from '../http/paging';
import { parseBody, schemaOf } from '../http/parse-body';
import { maskLimits } from '../runs/mask-limits';
import { FITS, type Fit } from '../runs/mask-size';
import { RunViewService } from '../runs/run-view.service';
import { frameList, promptBody, sentPrompt } from './prompt-body';
import { PromptImportService } from './prompt-import.service';
import { PromptsService } from './prompts.service';
import { sentFile } from './sent-file';

const FitQuery = () =>
  ApiQuery({
    name: 'fit',
    required: false,
    description: 'nearest: masks and run lengths of another size, but of the shape of the frame, are scaled to it',
    schema: { type: 'string', enum: [...FITS] },
  });

const PROMPT_EXAMPLE = {
  objects: [
    {
      id: 1,
      polygons: [
        [
          [120.5, 80],
          [190, 82.5],
          [160, 140],
        ],
      ],
    },
    { id: 2, absent: true },
    {
      id: 3,
      points: [
        { name: 'nose', x: 310.5, y: 96.25 },
        { name: 'tail', visibility: 'absent' },
      ],
    },
  ],
};

const FILE_EXAMPLE = {
  images: [{ id: 1, file_name: '00057.jpg', width: 854, height: 480 }],
  categories: [{ id: 1, name: 'cyclist' }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, track_id: 1, segmentation: [[120.5, 80, 190, 82.5, 160, 140]] }],
};

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
    private readonly imports: PromptImportService,
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

  @Post()
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Take what was drawn in another program as prompts of the run, on every frame that its file speaks of',
    description:
      'COCO (polygons, run lengths), LabelMe, Label Studio (VideoRectangle), CVAT XML 1.1; key points of COCO, DeepLabCut ' +
      '(csv), SLEAP (analysis csv), or JSON with objects and frames. The content of the file tells which it is; JSON above ' +
      '1 MiB is sent as application/octet-stream. An object is found by the number of its track or by its name, and added ' +
      'to the run where it is new. Frames are counted from 0, by the file’s own numbers or by the digits of file names.',
  })
  @IfMatch()
  @ApiQuery({
    name: 'frames',
    required: false,
    description: 'With commas between them: only these; all that the file speaks of when absent',
    schema: { type: 'string' },
    example: '0,57',
  })
  @ApiConsumes('application/json')
  @AlsoTakesBytes()
  @ApiBody({ schema: { type: 'object', additionalProperties: true, example: FILE_EXAMPLE } })
  @Answers('PromptImport', 202)
  @Refuses(
    /^(MASK|KEYPOINTS?)_/,
    'ANNOTATIONS_INVALID',
    'RUN_NOT_FOUND',
    'RUN_NOT_CORRECTABLE',
    'REVISION_CONFLICT',
    'OBJECT_KIND_MISMATCH',
    'FRAME_NOT_FOUND',
    'MEDIA_TYPE_UNSUPPORTED',
    'UPLOAD_TOO_LARGE',
    'STORAGE_FULL',
  )
  async importPrompts(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentCaller() caller: Caller,
    @Query('frames') frames?: string,
    @Headers('If-Match') ifMatch?: string,
  ): Promise<AnswerOf<'PromptImport'>> {
    await this.view.mustExist(id, caller);
    const wanted = frames === undefined ? undefined : parseBody(frameList, frames.split(','), 'frames');
    return this.imports.take(id, sentFile(body), { wanted, expected: expectedRevision(ifMatch) });
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
      'run lengths, polygons or key points, or a file of another program (as in a POST to the prompts of the run), whose ' +
      'objects are found by their names. ' +
      'Objects that it does not name are not spoken of. Masks and key points of a frame are separate: what is said by one ' +
      'replaces nothing of the other.',
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
  @FitQuery()
  @ApiConsumes('application/json')
  @AlsoTakesBytes()
  @ApiBody({ schema: { ...schemaOf(promptBody), example: PROMPT_EXAMPLE } })
  @Answers('Run', 202)
  @Refuses(
    /^(MASK|KEYPOINTS?)_/,
    'RUN_NOT_FOUND',
    'RUN_NOT_CORRECTABLE',
    'REVISION_CONFLICT',
    'OBJECT_UNKNOWN',
    'OBJECT_KIND_MISMATCH',
    'ANNOTATIONS_INVALID',
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
    @Query('fit') fit?: string,
    @Headers('If-Match') ifMatch?: string,
  ) {
    // Before the body is looked at: a run of another tenant is not there, whatever is sent.
    await this.view.mustExist(id, caller);
    const index = frameNumber(frame);
    const sent = sentPrompt(index, body, { absent, limits: maskLimits(this.config) });
    await this.prompts.put(id, index, sent, { fit: fitOf(fit), expected: expectedRevision(ifMatch) });
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
    await this.view.mustExist(id, caller);
    await this.prompts.remove(id, frameNumber(frame), expectedRevision(ifMatch));
    return this.view.get(id, caller);
  }
}

/** @throws CodedError REQUEST_INVALID */
function fitOf(fit: string | undefined): Fit {
  return parseBody(z.enum(FITS), fit ?? 'exact');
}
