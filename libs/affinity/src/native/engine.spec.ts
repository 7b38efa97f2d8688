import { describeAffinityBackend } from '../../testing/describe-affinity-backend';
import { backendStates, createEngine } from '../create-engine';

const native = backendStates().filter(({ name }) => name !== 'reference');

for (const { name, reason } of native) {
  if (reason) it.skip(`${name} is not tested because it ${reason}`, () => undefined);
  else describeAffinityBackend(name, (threads) => createEngine({ threads, backend: name }));
}
