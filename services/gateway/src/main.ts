import { bootstrap } from '@propago/runtime';
import { configureHttp } from './configure-http';
import { GatewayModule } from './gateway.module';
import { answerBadAddress } from './problem.filter';

void bootstrap({
  service: 'gateway',
  module: (config) => GatewayModule.forRoot(config),
  frameworkErrors: answerBadAddress,
  configure: configureHttp,
});
