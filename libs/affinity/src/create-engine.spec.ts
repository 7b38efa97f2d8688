import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendStates, createEngine } from './create-engine';
import { Backend } from './engine';
import { loadAddon } from './native/addon';

/** The module as it is in a process that finds no addon. */
function withoutAddon(): typeof import('./create-engine') {
  const addon = jest.requireActual<typeof import('./native/addon')>('./native/addon');
  jest.resetModules();
  jest.doMock('./native/addon', () => ({
    ...addon,
    loadAddon: () => addon.loadAddon([join(tmpdir(), 'absent.node')]),
  }));
  try {
    return jest.requireActual<typeof import('./create-engine')>('./create-engine');
  } finally {
    jest.dontMock('./native/addon');
    jest.resetModules();
  }
}

describe('createEngine', () => {
  it('takes the fastest usable backend by default and the asked one otherwise', async () => {
    const usable = backendStates().filter(({ reason }) => !reason);
    for (const [asked, given] of [
      ['auto', usable.at(-1)!.name] as const,
      ...usable.map(({ name }) => [name, name] as const),
    ]) {
      const engine = createEngine({ threads: 1, backend: asked });
      expect(engine.backend).toBe(given);
      await engine.close();
    }
  });

  it('refuses a backend that does not exist', () => {
    expect(() => createEngine({ threads: 1, backend: 'gpu' as Backend })).toThrow(
      'Expected one of auto, reference, serial, avx2, avxvnni, avx512vnni, amxint8 for the affinity backend but received gpu',
    );
  });

  it('takes the reference where there is no addon, and says once why and how to get it', async () => {
    const fresh = withoutAddon();
    const warnings: string[] = [];
    const engine = fresh.createEngine({ threads: 1, warn: (message) => warnings.push(message) });
    expect(engine.backend).toBe('reference');
    await engine.close();
    expect(warnings).toEqual([
      'The native affinity kernel is not used because it has not been built; the TypeScript reference is. ' +
        'To build it: node libs/affinity/native/build.mjs --require',
    ]);
    expect(() => fresh.createEngine({ threads: 1, backend: 'serial' })).toThrow('it has not been built');
  });

  it('rejects work that is under way when the engine closes', async () => {
    const engine = createEngine({ threads: 1 });
    const shape = { grid: { rows: 60, cols: 60 }, dim: 64, classes: 1 };
    const session = engine.createSession(shape, {
      topK: 3,
      temperature: 0.1,
      neighbourhood: { shape: 'square', radius: 60, radiusInclusive: false },
      contextLength: 1,
      keepFirstFrame: true,
      restrictFirstFrame: true,
      fillQueueWithFirstFrame: false,
      firstFrameInQueue: false,
      normaliseLabels: false,
    });
    const features = new Float32Array(3600 * 64).fill(0.125);
    session.addContext(0, features, new Float32Array(3600));
    const running = session.propagate(1, features);
    setImmediate(() => void engine.close());
    await expect(running).rejects.toThrow('The affinity engine is closed');
  });
});

describe('loadAddon', () => {
  it('says why there is no addon', () => {
    expect(loadAddon([join(tmpdir(), 'absent.node')])).toEqual({ reason: 'it has not been built' });
    const folder = mkdtempSync(join(tmpdir(), 'propago-addon-'));
    const file = join(folder, 'affinity.node');
    writeFileSync(file, 'not a library');
    expect(loadAddon([file])).toEqual({ reason: expect.stringContaining(`${file} cannot be loaded`) });
    rmSync(folder, { recursive: true });
  });
});
