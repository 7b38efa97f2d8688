import { parseOptionValues } from './option-values';

describe('parseOptionValues', () => {
  it('reads JSON values, text and nested names', () => {
    const values = parseOptionValues([
      'topK=7',
      'labelResize=area',
      'neighbourhood.shape=disc',
      'neighbourhood.radius=1.5',
    ]);
    expect(JSON.parse(JSON.stringify(values))).toEqual({
      topK: 7,
      labelResize: 'area',
      neighbourhood: { shape: 'disc', radius: 1.5 },
    });
  });

  it('keeps everything after the first equals sign', () => {
    expect(parseOptionValues(['a=b=c']).a).toBe('b=c');
  });

  it.each(['topK', '=7', 'a b=1'])('refuses %p as a usage error', (pair) => {
    expect(() => parseOptionValues([pair])).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it('says what was expected in the words of the flag', () => {
    expect(() => parseOptionValues(['steps'], { flag: '--setting', example: 'steps=2500' })).toThrow(
      "Expected NAME=VALUE after --setting, like steps=2500, but received 'steps'.",
    );
  });

  it('does not reach the prototype of objects', () => {
    parseOptionValues(['__proto__.polluted=1']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
