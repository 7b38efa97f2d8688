import { bootstrap } from '@propago/runtime';
import { PropagationModule } from './propagation.module';

void bootstrap({ service: 'propagation', module: (config) => PropagationModule.forRoot(config) });
