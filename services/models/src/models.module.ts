import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, type ConfigOf } from '@propago/runtime';
import { ConfiguredEncoders } from './configured-encoders.service';
import { EncoderChoice } from './encoder-choice.service';
import { EncoderController } from './encoder.controller';
import { ModelFiles } from './model-files.service';

@Module({})
export class ModelsModule {
  static forRoot(config: ConfigOf<'models'>): DynamicModule {
    return {
      module: ModelsModule,
      imports: [RuntimeModule.forRoot({ service: 'models', config })],
      controllers: [EncoderController],
      providers: [ConfiguredEncoders, EncoderChoice, ModelFiles],
    };
  }
}
