import { parsePrompt } from './frame-prompt';

describe('parsePrompt', () => {
  it('reads a frame and a file, which may have an equals sign of its own', () => {
    expect(parsePrompt('57=out/a=b.png')).toEqual({ frame: 57, file: 'out/a=b.png' });
  });

  it.each(['fix.png', '57=', '=fix.png', '-1=fix.png'])('refuses %s', (text) => {
    expect(() => parsePrompt(text)).toThrow('Expected FRAME=FILE after --prompt, like 57=fix.png, but received');
  });
});
