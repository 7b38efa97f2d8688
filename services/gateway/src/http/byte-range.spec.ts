import { byteRange } from './byte-range';

describe('byte range', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=10-', { start: 10, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=90-200', { start: 90, end: 99 }],
  ])('%s of 100 bytes is %j', (header, range) => {
    expect(byteRange(header, 100)).toEqual(range);
  });

  it.each([undefined, 'bytes=-', 'bytes=0-1,5-6', 'lines=1-2'])('%s means the whole file', (header) => {
    expect(byteRange(header, 100)).toBeUndefined();
  });

  it.each(['bytes=100-', 'bytes=5-4', 'bytes=-0'])('%s cannot be satisfied', (header) => {
    expect(() => byteRange(header, 100)).toThrow(expect.objectContaining({ code: 'RANGE_NOT_SATISFIABLE' }));
  });
});
