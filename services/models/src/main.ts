import { bootstrap } from '@propago/runtime';
import { ModelsModule } from './models.module';

void bootstrap({ service: 'models', module: (config) => ModelsModule.forRoot(config) });
