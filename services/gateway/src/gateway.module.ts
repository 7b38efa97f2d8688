import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, type ConfigOf } from '@propago/runtime';
import { AccessModule } from './access/access.module';
import { ModelsAdminModule } from './models/models.module';
import { ModelsStatusModule } from './models-status/models-status.module';
import { ExportsController } from './exports/exports.controller';
import { ExportsService } from './exports/exports.service';
import { ObjectsController } from './prompts/objects.controller';
import { ObjectsService } from './prompts/objects.service';
import { PromptsController } from './prompts/prompts.controller';
import { PromptImportService } from './prompts/prompt-import.service';
import { PromptsService } from './prompts/prompts.service';
import { RunChangeService } from './prompts/run-change.service';
import { StoredPrompts } from './prompts/stored-prompts.service';
import { SuggestionsController } from './prompts/suggestions.controller';
import { SuggestionsService } from './prompts/suggestions.service';
import { GcController } from './retention/gc.controller';
import { AcceptRunService } from './runs/accept-run.service';
import { EnqueueService } from './runs/enqueue.service';
import { HttpModule } from './http/http.module';
import { KeypointsController } from './runs/keypoints.controller';
import { MasksController } from './runs/masks.controller';
import { OverlayController } from './runs/overlay.controller';
import { RunEventsController } from './runs/run-events.controller';
import { RunNewsController } from './runs/run-news.controller';
import { RunProgressService } from './runs/run-progress.service';
import { RunViewService } from './runs/run-view.service';
import { RunsController } from './runs/runs.controller';
import { ShadowRunService } from './runs/shadow-run.service';
import { TimelineController } from './runs/timeline.controller';
import { UploadSweepService } from './runs/upload-sweep.service';
import { UploadService } from './runs/upload.service';
import { PartSweepService } from './uploads/part-sweep.service';
import { TusService } from './uploads/tus.service';
import { UploadsController } from './uploads/uploads.controller';
import { UploadsService } from './uploads/uploads.service';
import { IncomingVideoService } from './videos/incoming-video.service';
import { VideoFramesController } from './videos/video-frames.controller';
import { VideoFramesService } from './videos/video-frames.service';
import { VideoViewService } from './videos/video-view.service';
import { VideosController } from './videos/videos.controller';
import { VideosService } from './videos/videos.service';
import { TrainingModule } from './training/training.module';
import { WebhooksModule } from './webhooks/webhooks.module';
import { WorkersController } from './workers/workers.controller';
import { WorkersService } from './workers/workers.service';

@Module({})
export class GatewayModule {
  static forRoot(config: ConfigOf<'gateway'>): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        RuntimeModule.forRoot({ service: 'gateway', config }),
        HttpModule,
        AccessModule,
        ModelsAdminModule,
        ModelsStatusModule,
        TrainingModule,
        WebhooksModule,
      ],
      controllers: [
        RunsController,
        VideosController,
        UploadsController,
        VideoFramesController,
        RunEventsController,
        KeypointsController,
        MasksController,
        TimelineController,
        ObjectsController,
        PromptsController,
        SuggestionsController,
        OverlayController,
        ExportsController,
        RunNewsController,
        GcController,
        WorkersController,
      ],
      providers: [
        AcceptRunService,
        IncomingVideoService,
        UploadsService,
        TusService,
        PartSweepService,
        VideosService,
        VideoViewService,
        VideoFramesService,
        ObjectsService,
        ExportsService,
        PromptsService,
        PromptImportService,
        RunChangeService,
        StoredPrompts,
        SuggestionsService,
        EnqueueService,
        UploadService,
        UploadSweepService,
        RunProgressService,
        RunViewService,
        ShadowRunService,
        WorkersService,
      ],
    };
  }
}
