import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendStates, createEngine } from './create-engine';
import { Backend } from './engine';
import { loadAddon } from './native/addon';

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
