import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, type ConfigOf } from '@propago/runtime';
import { Artifacts } from './artifacts.service';
import { ChangesController } from './changes.controller';
import { Completion } from './completion.service';
import { RunningTraining } from './running-training.service';
import { TrainingInputs } from './training-inputs.service';
import { TrainingProgram } from './training-program';
import { TrainingQueue } from './training-queue';
import { TrainingRuns } from './training-runs.service';
import { TrainingWorker } from './training.worker';

@Module({})
export class TrainerModule {
  static forRoot(config: ConfigOf<'trainer'>): DynamicModule {
    return {
      module: TrainerModule,
      imports: [RuntimeModule.forRoot({ service: 'trainer', config })],
      controllers: [ChangesController],
      providers: [
        Artifacts,
        Completion,
        RunningTraining,
        TrainingInputs,
        TrainingProgram,
        TrainingQueue,
        TrainingRuns,
        TrainingWorker,
      ],
    };
  }
}
