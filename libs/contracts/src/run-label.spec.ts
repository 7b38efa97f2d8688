import { fileNamePart } from './run-label';

describe('a part of a file name', () => {
  it.each([
    ['clip', 'clip'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['a\0b\nc\u202ed', 'a_b_c_d'],
    ['C:\\videos\\x?', 'C__videos_x_'],
    [' .. ', ''],
    ['x'.repeat(300), 'x'.repeat(80)],
    ['🙂'.repeat(100), '🙂'.repeat(80)],
  ])('made of %j is a name everywhere', (text, part) => {
    expect(fileNamePart(text)).toBe(part);
  });
});
