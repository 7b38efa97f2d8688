import { bootstrap } from '@propago/runtime';
import { TrainerModule } from './trainer.module';

void bootstrap({ service: 'trainer', module: (config) => TrainerModule.forRoot(config) });
