import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, stageWork, type ConfigOf } from '@propago/runtime';
import { ExportsProcessor } from './exports.processor';
import { HousekeepingProcessor } from './housekeeping.processor';
import { OverlayService } from './overlay.service';
import { ReconcileService } from './reconcile.service';
import { JanitorController } from './retention/janitor.controller';
import { ResultsProcessor } from './results.processor';
import { RunEndService } from './run-end.service';
import { SegmentMasksService } from './segment-masks.service';
import { ShadowComparisonService } from './shadow-comparison.service';
import { VideoEndService } from './video-end.service';

@Module({})
export class ResultsModule {
  static forRoot(config: ConfigOf<'results'>): DynamicModule {
    return {
      module: ResultsModule,
      imports: [RuntimeModule.forRoot({ service: 'results', config })],
      ...stageWork(
        [ResultsProcessor, ExportsProcessor, HousekeepingProcessor],
        [
          SegmentMasksService,
          RunEndService,
          OverlayService,
          ReconcileService,
          ShadowComparisonService,
          VideoEndService,
        ],
        [JanitorController],
      ),
    };
  }
}
