import { bootstrap } from '@propago/runtime';
import { IngestModule } from './ingest.module';

void bootstrap({ service: 'ingest', module: (config) => IngestModule.forRoot(config) });
