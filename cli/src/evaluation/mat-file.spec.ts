import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMatFile } from './mat-file';
import golden from './testing/joint_positions.json';

const file = readFileSync(join(__dirname, 'testing/joint_positions.mat'));

describe('readMatFile', () => {
  it('reads what SciPy wrote, compressed, and leaves texts out', () => {
    const matrices = readMatFile(file);
    expect([...matrices.keys()]).toEqual(['pos_img', 'pos_world', 'scale']);
    const { dimensions, values } = matrices.get('pos_img')!;
    expect(dimensions).toEqual([2, 15, 3]);
    // The first dimension goes fastest: x, y of a joint, joint by joint, frame by frame.
    expect([...values]).toEqual(golden.flat(2));
    expect([...matrices.get('scale')!.values]).toEqual([1, 1, 1]);
  });

  it('refuses what is no such file, and one that is cut off', () => {
    expect(() => readMatFile(Buffer.from('MATLAB'))).toThrow('Expected a MAT file of version 5');
    expect(() => readMatFile(file.subarray(0, file.length - 20))).toThrow('cut off');
  });
});
