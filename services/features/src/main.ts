import { bootstrap } from '@propago/runtime';
import { FeaturesModule } from './features.module';

void bootstrap({ service: 'features', module: (config) => FeaturesModule.forRoot(config) });
