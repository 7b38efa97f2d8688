import { bootstrap } from '@propago/runtime';
import { factsOf } from './access/caller';
import { configureHttp } from './configure-http';
import { GatewayModule } from './gateway.module';
import { answerBadAddress } from './problem.filter';

void bootstrap({
  service: 'gateway',
  module: (config) => GatewayModule.forRoot(config),
  frameworkErrors: answerBadAddress,
  requestFacts: factsOf,
  configure: configureHttp,
});
