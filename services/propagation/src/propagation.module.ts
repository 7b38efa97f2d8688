import { DynamicModule, Module } from '@nestjs/common';
import { RuntimeModule, stageWork, type ConfigOf } from '@propago/runtime';
import { KernelMetrics } from './kernel-metrics';
import { PropagationProcessor } from './propagation.processor';
import { PromptLabels } from './prompt-labels';
import { RunSessions } from './run-sessions';
import { StoredSegments } from './stored-segments';

@Module({})
export class PropagationModule {
  static forRoot(config: ConfigOf<'propagation'>): DynamicModule {
    return {
      module: PropagationModule,
      imports: [RuntimeModule.forRoot({ service: 'propagation', config })],
      ...stageWork([PropagationProcessor], [RunSessions, StoredSegments, PromptLabels, KernelMetrics]),
    };
  }
}
