import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jhmdbClips } from './jhmdb-layout';
import golden from './testing/joint_positions.json';

describe('jhmdbClips', () => {
  let root: string;
  const file = (path: string, bytes: string = ''): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
    return join(root, path);
  };
  const clip = (name: string, frames: number): void => {
    for (let i = 1; i <= frames; i++) file(`Rename_Images/${name}/0000${i}.png`);
    copyFileSync(join(__dirname, 'testing/joint_positions.mat'), file(`joint_positions/${name}/joint_positions.mat`));
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'propago-test-'));
    clip('brush_hair/April_09_(x)', 3);
    clip('catch/a!b', 2);
    clip('catch/c', 5);
    file('splits/brush_hair_test_split1.txt', 'April_09_(x).avi 2 \n');
    file('splits/catch_test_split1.txt', 'a!b.avi 2\r\nc.avi 1\r\n');
    file('splits/catch_test_split2.txt', 'c.avi 2\n');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('takes the clips that the first split tests with', () => {
    expect(jhmdbClips(root).map(({ name, joints }) => [name, joints.length])).toEqual([
      ['brush_hair/April_09_(x)', 3],
      ['catch/a!b', 2],
    ]);
  });

  it('reads the place of each joint on each frame that there is, with the first pixel at 0.5', () => {
    const [only] = jhmdbClips(root, ['catch/c']);
    expect(only!.joints).toEqual(golden.map((frame) => frame.map(([x, y]) => ({ x: x! - 0.5, y: y! - 0.5 }))));
    expect(only!.video).toBe(join(root, 'Rename_Images/catch/c'));
  });

  it('names what is wrong with a folder', () => {
    expect(() => jhmdbClips(root, ['catch/d'])).toThrow('clip catch/d: there is no');
    file('joint_positions/catch/c/joint_positions.mat', 'x');
    expect(() => jhmdbClips(root, ['catch/c'])).toThrow('joint_positions.mat: Expected a MAT file of version 5');
    rmSync(join(root, 'splits'), { recursive: true });
    expect(() => jhmdbClips(root)).toThrow('has no lists');
  });
});
