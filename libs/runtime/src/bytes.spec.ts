import { inWords } from './bytes';

describe('bytes in words', () => {
  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1.0 KiB'],
    [1.5 * 2 ** 20, '1.5 MiB'],
    [12.4 * 2 ** 20, '12 MiB'],
    [2 ** 40, '1.0 TiB'],
    [5000 * 2 ** 40, '5000 TiB'],
  ])('%d are %s', (bytes, words) => expect(inWords(bytes)).toBe(words));
});
