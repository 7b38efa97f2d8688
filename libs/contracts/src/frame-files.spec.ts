import { compareNaturally } from './frame-files';

describe('compareNaturally', () => {
  it('orders digits by value and the rest by text', () => {
    const names = ['b1', 'a10', 'a9', 'a010', 'a', '2', '10', '00000000000000000000011'];
    expect(names.sort(compareNaturally)).toEqual([
      '2',
      '10',
      '00000000000000000000011',
      'a',
      'a9',
      'a010',
      'a10',
      'b1',
    ]);
  });
});
