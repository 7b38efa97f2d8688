import { parseEncoderName } from './encoder-name';

describe('parseEncoderName', () => {
  it.each([
    ['vit@canary', { kind: 'alias', name: 'vit', alias: 'canary' }],
    ['vit-ti.16_x:12', { kind: 'version', name: 'vit-ti.16_x', version: 12 }],
    ['vit', { kind: 'plain', text: 'vit' }],
    ['931454f970aa', { kind: 'plain', text: '931454f970aa' }],
    ['vit:latest', { kind: 'plain', text: 'vit:latest' }],
    ['vit@a@b', { kind: 'plain', text: 'vit@a@b' }],
  ])('takes %s apart', (text, expected) => {
    expect(parseEncoderName(text)).toEqual(expected);
  });
});
