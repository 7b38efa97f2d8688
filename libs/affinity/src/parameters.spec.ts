import { PARAMETERS } from '../testing/describe-affinity-backend';
import { createEngine } from './create-engine';
import { checkParameters, checkShape } from './parameters';

describe('checkParameters', () => {
  it.each([
    [{ topK: 0 }, 'Expected an integer from 1 to 1024 for topK but received 0 of type number'],
    [{ temperature: 0 }, 'Expected a finite number above 0 for temperature but received 0 of type number'],
    [{ temperature: NaN }, 'Expected a finite number above 0 for temperature but received NaN of type number'],
    [{ contextLength: 1.5 }, 'Expected an integer from 1 to 1024 for contextLength but received 1.5 of type number'],
    [
      { neighbourhood: { shape: 'disc' as const, radius: 0, radiusInclusive: false } },
      'Expected a number above 0 (an exclusive disc of radius 0 is empty) for neighbourhood.radius but received 0 of type number',
    ],
  ])('refuses %j', (change, message) => {
    expect(() => checkParameters({ ...PARAMETERS, ...change })).toThrow(message);
  });
});

describe('checkShape', () => {
  it('refuses a grid without columns and a dimension of 0', () => {
    expect(() => checkShape({ grid: { rows: 2, cols: 0 }, dim: 4, classes: 2 })).toThrow(
      'for grid.cols but received 0',
    );
    expect(() => checkShape({ grid: { rows: 2, cols: 2 }, dim: 0, classes: 2 })).toThrow('for dim but received 0');
  });
});

describe('createEngine', () => {
  it('refuses 0 threads', () => {
    expect(() => createEngine({ threads: 0 })).toThrow('Expected an integer of at least 1 for threads but received 0');
  });

  it('refuses arrays of another length or type with one sentence', async () => {
    const engine = createEngine({ threads: 1, backend: 'reference' });
    const session = engine.createSession({ grid: { rows: 1, cols: 2 }, dim: 2, classes: 1 }, PARAMETERS);
    const features = Float32Array.of(1, 0, 0, 1);
    expect(() => session.addContext(0, features.subarray(1), new Float32Array(2))).toThrow(
      'Expected a Float32Array or Uint16Array of 4 elements for features but received 3 elements of type Float32Array',
    );
    expect(() => session.addContext(0, features, new Float32Array(3))).toThrow(
      'Expected a Float32Array of 2 elements for labels but received 3 elements of type Float32Array',
    );
    expect(() => session.addContext(0, features, Float32Array.of(0, NaN))).toThrow(
      'Expected a finite number for labels[1] but received NaN of type number',
    );
    expect(() => session.addContext(-1, features, new Float32Array(2))).toThrow(
      'Expected an integer of at least 0 for frame but received -1 of type number',
    );
    await engine.close();
  });
});
