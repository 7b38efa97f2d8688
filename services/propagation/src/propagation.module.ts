import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, stageWork, type ConfigOf } from '@propago/runtime';
import { KernelMetrics } from './kernel-metrics';
import { PropagationProcessor } from './propagation.processor';
import { RunSessions } from './run-sessions';

@Module({})
export class PropagationModule {
  static forRoot(config: ConfigOf<'propagation'>): DynamicModule {
    return {
      module: PropagationModule,
      imports: [RuntimeModule.forRoot({ service: 'propagation', config })],
      ...stageWork([PropagationProcessor], [RunSessions, KernelMetrics]),
    };
  }
}
