import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findSequences } from './davis-layout';

describe('findSequences', () => {
  let root: string;
  const file = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  };
  const sequence = (name: string, frames: number, level = '480p/'): void => {
    for (let i = 0; i < frames; i++) {
      file(`JPEGImages/${level}${name}/0000${i}.jpg`);
      file(`Annotations/${level}${name}/0000${i}.png`);
    }
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'propago-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it.each(['480p/', ''])('finds all sequences below "%s"', (level) => {
    sequence('b', 2, level);
    sequence('a', 3, level);
    expect(findSequences(root).map(({ name, annotations }) => [name, annotations.length])).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('takes the wanted sequences only', () => {
    sequence('a', 2);
    sequence('b', 2);
    expect(findSequences(root, ['b']).map(({ name }) => name)).toEqual(['b']);
  });

  it('names what is missing', () => {
    sequence('a', 2);
    expect(() => findSequences(root, ['c'])).toThrow('sequence c: there is no folder');
    rmSync(join(root, 'Annotations/480p/a/00001.png'));
    expect(() => findSequences(root)).toThrow('sequence a: frame 00001.jpg has no annotation');
    expect(() => findSequences(join(root, 'none'))).toThrow('has neither JPEGImages/');
  });

  it('reads a folder that is one sequence', () => {
    file('video.mp4');
    file('Annotations/00000.png');
    const [only] = findSequences(root);
    expect(only).toMatchObject({ video: join(root, 'video.mp4'), annotations: [join(root, 'Annotations/00000.png')] });
  });
});
