import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, stageWork, type ConfigOf } from '@propago/runtime';
import { EncoderMetrics } from './encoder-metrics';
import { FeaturesProcessor } from './features.processor';
import { ServedEncoders } from './served-encoders';
import { ServingController } from './serving.controller';

@Module({})
export class FeaturesModule {
  static forRoot(config: ConfigOf<'features'>): DynamicModule {
    return {
      module: FeaturesModule,
      imports: [RuntimeModule.forRoot({ service: 'features', config })],
      ...stageWork([FeaturesProcessor], [ServedEncoders, EncoderMetrics], [ServingController]),
    };
  }
}
