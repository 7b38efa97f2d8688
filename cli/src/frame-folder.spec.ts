import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { listFrames, videoSource, zipFrames } from './frame-folder';
import { readMasks, unpackMasks } from './mask-archive';

describe('a folder of frames', () => {
  let dir: string;
  const file = (name: string, content = name): void => writeFileSync(join(dir, name), content);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'propago-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const zipped = async (): Promise<[name: string, content: string][]> => {
    const zip = join(dir, 'all.zip');
    await pipeline(zipFrames(dir), createWriteStream(zip));
    const entries: [string, string][] = [];
    await readMasks(zip, (content, name) => entries.push([name, content.toString()]));
    return entries;
  };

  it('lists frames in the order of their numbers, and nothing else', () => {
    ['10.jpg', '2.JPG', '1.png', 'notes.txt', '.hidden.png'].forEach((name) => file(name));
    expect(listFrames(dir)).toEqual(['1.png', '2.JPG', '10.jpg']);
  });

  it('keeps names whose order is plain', async () => {
    ['00000.png', '00001.png', '00005.png'].forEach((name) => file(name));
    expect((await zipped()).map(([name]) => name)).toEqual(['00000.png', '00001.png', '00005.png']);
  });

  it('keeps names that only count when their digits do, in the order of their numbers', async () => {
    ['1.png', '2.png', '10.png'].forEach((name) => file(name));
    expect((await zipped()).map(([name]) => name)).toEqual(['1.png', '2.png', '10.png']);
  });

  it.each(['1.webp', 'b.BMP', 'c.tiff'])(
    'is refused when a picture among the frames (%s) would be left out',
    (other) => {
      ['0.jpg', other, '2.jpg', 'notes.txt'].forEach((name) => file(name));
      expect(() => zipFrames(dir)).toThrow(`${dir} has ${other}: only JPEG and PNG frames are accepted`);
    },
  );

  it('is refused when two frames differ in their extension only', () => {
    ['a.jpg', 'a.png'].forEach((name) => file(name));
    expect(() => zipFrames(dir)).toThrow('two frames named a');
  });

  it('takes no folder for a frame', () => {
    mkdirSync(join(dir, 'x.png'));
    expect(() => zipFrames(dir)).toThrow('no JPEG or PNG frames');
  });

  it('gives the same bytes for the same frames', async () => {
    file('a.png');
    await zipped();
    const first = readFileSync(join(dir, 'all.zip'));
    file('a.png');
    await zipped();
    expect(readFileSync(join(dir, 'all.zip')).equals(first)).toBe(true);
  });

  it('is refused when it is empty or missing', () => {
    expect(() => zipFrames(dir)).toThrow('no JPEG or PNG frames');
    expect(() => videoSource(dir)).toThrow('no JPEG or PNG frames');
    expect(() => videoSource(join(dir, 'none.mp4'))).toThrow('there is no file or folder');
  });

  it('unpacks masks into one folder, whatever folder they have in the archive', async () => {
    const zip = new ZipFile();
    for (const name of ['run/00000.png', 'run/00001.png', 'run/readme.txt']) zip.addBuffer(Buffer.from(name), name);
    zip.end();
    await pipeline(zip.outputStream as NodeJS.ReadableStream, createWriteStream(join(dir, 'masks.zip')));
    expect(await unpackMasks(join(dir, 'masks.zip'), join(dir, 'masks'))).toBe(2);
    expect(listFrames(join(dir, 'masks'))).toEqual(['00000.png', '00001.png']);
    expect(readFileSync(join(dir, 'masks/00001.png'), 'utf8')).toBe('run/00001.png');
  });
});
