import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, stageWork, type ConfigOf } from '@propago/runtime';
import { FrameTableService } from './frame-table.service';
import { IngestProcessor } from './ingest.processor';
import { ProbeController } from './probe.controller';

@Module({})
export class IngestModule {
  static forRoot(config: ConfigOf<'ingest'>): DynamicModule {
    return {
      module: IngestModule,
      imports: [RuntimeModule.forRoot({ service: 'ingest', config })],
      ...stageWork([IngestProcessor], [FrameTableService], [ProbeController]),
    };
  }
}
