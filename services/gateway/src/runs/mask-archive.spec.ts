import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { streamedPart } from '../http/streamed-part';
import { maskArchive, type ArchivedMask } from './mask-archive';

const masks = (count: number, folder = 'a b/ü'): ArchivedMask[] =>
  Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.alloc(index * 1000 + 1, index);
    return { path: `${folder}/${index}.png`, bytes: bytes.length, open: async () => Readable.from([bytes]) };
  });

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('an archive of masks', () => {
  it.each([0, 1, 40])('of %d masks has the length that was said before one was opened', async (count) => {
    const { bytes, open } = await maskArchive(masks(count));
    expect((await buffer(open())).length).toBe(bytes);
  });

  it('has the same bytes each time, in every time zone', async () => {
    const made: Buffer[] = [];
    for (const each of ['UTC', 'Asia/Tokyo', 'America/St_Johns']) {
      process.env.TZ = each;
      made.push(await buffer((await maskArchive(masks(5))).open()));
    }
    expect(made.map((bytes) => bytes.equals(made[0]!))).toEqual([true, true, true]);
  });

  it('is another version when a name, a size or the number of masks is another', async () => {
    const sizes = masks(3).map((mask) => ({ ...mask, bytes: mask.bytes + 1 }));
    const archives = [masks(3), masks(4), masks(3, 'other'), sizes].map(
      async (each) => (await maskArchive(each)).version,
    );
    expect(new Set(await Promise.all(archives)).size).toBe(4);
    expect((await maskArchive(masks(3))).version).toBe((await maskArchive(masks(3))).version);
  });

  it('is served in parts that make the whole', async () => {
    const { bytes, open } = await maskArchive(masks(6));
    const parts: Buffer[] = [];
    for (let start = 0; start < bytes; start += 777) {
      parts.push(await buffer(streamedPart(open(), { start, end: Math.min(bytes, start + 777) - 1 })));
    }
    expect(Buffer.concat(parts).equals(await buffer(open()))).toBe(true);
  });

  it('breaks off when a mask cannot be opened', async () => {
    const lost = masks(3);
    lost[1] = { ...lost[1]!, open: async () => Promise.reject(new Error('lost')) };
    await expect(buffer((await maskArchive(lost)).open())).rejects.toThrow('lost');
  });
});
