import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, stageWork, type ConfigOf } from '@propago/runtime';
import { EncoderController } from './encoder.controller';
import { EncoderLibrary } from './encoder-library';
import { FeaturesProcessor } from './features.processor';
import { OpenEncoders } from './open-encoders';

@Module({})
export class FeaturesModule {
  static forRoot(config: ConfigOf<'features'>): DynamicModule {
    return {
      module: FeaturesModule,
      imports: [RuntimeModule.forRoot({ service: 'features', config })],
      ...stageWork([FeaturesProcessor], [EncoderLibrary, OpenEncoders], [EncoderController]),
    };
  }
}
