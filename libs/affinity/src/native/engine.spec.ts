import { describeAffinityBackend } from '../../testing/describe-affinity-backend';
import { backendStates, createEngine } from '../create-engine';
import { PATHS } from '../engine';

const native = backendStates().filter(({ name }) => name !== 'reference');

describe('the native kernel', () => {
  it('has no backend that fails its self-test', () => {
    expect(native.filter(({ reason }) => reason.includes('self-test'))).toEqual([]);
  });

  it('is there where it is required', () => {
    const unusable = native.map(({ name, reason }) => `${name} ${reason}`).filter((state) => !state.endsWith(' '));
    if (process.env.REQUIRE_NATIVE_AFFINITY && unusable.length === native.length) throw new Error(unusable.join('; '));
  });
});

for (const { name: backend, reason } of native) {
  if (reason) {
    it.skip(`${backend} is not tested because it ${reason}`, () => undefined);
    continue;
  }
  // The portable kernel has no filter and so one path only.
  const forced = backend === 'serial' ? [] : PATHS.filter((path) => path !== 'auto');
  describeAffinityBackend(backend, [
    createEngine({ threads: 1, backend }),
    createEngine({ threads: 3, backend }),
    ...forced.map((path) => createEngine({ threads: 2, backend, path })),
  ]);
}
