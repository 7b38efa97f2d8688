import { PhaseLine } from './phase-line';

describe('PhaseLine', () => {
  const show = (isTTY: boolean): string => {
    let [out, time] = ['', 0];
    const sut = new PhaseLine({ isTTY, write: (text) => (out += text) }, () => time);
    sut.show('vit:1', 'probing sizes');
    time = 2500;
    sut.show('vit:1', 'probing sizes');
    sut.show('vit:1', 'clip 1 of 3');
    sut.show('vit:1', null);
    return out;
  };

  it('prints each phase once where there is no terminal', () => {
    expect(show(false)).toBe('vit:1: probing sizes\nvit:1: clip 1 of 3\n');
  });

  it('keeps to one line on a terminal, with the seconds, and clears it at the end', () => {
    expect(show(true).split('\r\u001b[K')).toEqual([
      '',
      'vit:1: probing sizes (0 s)',
      'vit:1: probing sizes (2 s)',
      'vit:1: clip 1 of 3 (2 s)',
      '',
    ]);
  });
});
