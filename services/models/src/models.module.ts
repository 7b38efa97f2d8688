import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, type ConfigOf } from '@propago/runtime';
import { Aliases } from './aliases.service';
import { ChangesController } from './changes.controller';
import { ConfiguredEncoders } from './configured-encoders.service';
import { EncoderChoice } from './encoder-choice.service';
import { EncoderController } from './encoder.controller';
import { ModelFiles } from './model-files.service';
import { Judge } from './validation/judge.service';
import { Measurer } from './validation/measurer.service';
import { ValidationQueue } from './validation/validation-queue';
import { ValidationWorker } from './validation/validation.worker';
import { Validator } from './validation/validator.service';
import { VersionChanges } from './version-changes.service';
import { VersionMetrics } from './version-metrics';

@Module({})
export class ModelsModule {
  static forRoot(config: ConfigOf<'models'>): DynamicModule {
    return {
      module: ModelsModule,
      imports: [RuntimeModule.forRoot({ service: 'models', config })],
      controllers: [EncoderController, ChangesController],
      providers: [
        ConfiguredEncoders,
        EncoderChoice,
        ModelFiles,
        VersionChanges,
        Aliases,
        ValidationQueue,
        ValidationWorker,
        Validator,
        Judge,
        Measurer,
        VersionMetrics,
      ],
    };
  }
}
