import { bootstrap } from '@propago/runtime';
import { ResultsModule } from './results.module';

void bootstrap({ service: 'results', module: (config) => ResultsModule.forRoot(config) });
