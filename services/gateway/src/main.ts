import { bootstrap } from '@propago/runtime';
import { configureHttp } from './configure-http';
import { GatewayModule } from './gateway.module';

void bootstrap({ service: 'gateway', module: (config) => GatewayModule.forRoot(config), configure: configureHttp });
