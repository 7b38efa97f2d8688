import { bootstrap } from '@propago/runtime';
import { factsOf } from './access/caller';
import { configureHttp } from './configure-http';
import { GatewayModule } from './gateway.module';
import { answerClientError } from './http/client-errors';
import { answerBadAddress } from './http/problem.filter';

void bootstrap({
  service: 'gateway',
  module: (config) => GatewayModule.forRoot(config),
  requestFacts: factsOf,
  // Whatever a client does, it gets a problem, and never an answer of Fastify's or Node's own.
  server: {
    frameworkErrors: answerBadAddress,
    clientErrorHandler: answerClientError,
    return503OnClosing: false,
    http: { requireHostHeader: false },
  },
  configure: configureHttp,
});
