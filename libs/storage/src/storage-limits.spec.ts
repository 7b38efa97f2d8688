import { cacheLimitOf, floorOf } from './storage-limits';

const GIB = 2 ** 30;
const disk = (total: number) => ({ free: 0, total });

describe('what uploads must leave free', () => {
  it('is 1 GiB of a large disk and a twentieth of a small one, unless something is configured', () => {
    expect(floorOf(disk(1000 * GIB))).toBe(GIB);
    expect(floorOf(disk(10 * GIB))).toBe(GIB / 2);
    expect(floorOf(disk(10 * GIB), 5)).toBe(5);
    expect(floorOf(disk(10 * GIB), 0)).toBe(0);
  });
});

describe('what the cache may have', () => {
  it('is 20 GiB of a large disk and a fifth of a small one, unless something is configured', () => {
    expect(cacheLimitOf(disk(1000 * GIB))).toBe(20 * GIB);
    expect(cacheLimitOf(disk(10 * GIB))).toBe(2 * GIB);
    expect(cacheLimitOf(null)).toBe(20 * GIB);
    expect(cacheLimitOf(disk(10 * GIB), 7)).toBe(7);
    expect(cacheLimitOf(disk(10 * GIB), 0)).toBe(Infinity);
  });
});
