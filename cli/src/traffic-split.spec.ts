import { parseSplit } from './traffic-split';

describe('parseSplit', () => {
  it('reads aliases and their percentages', () => {
    expect(parseSplit(['champion=80', 'canary=20'])).toEqual([
      { alias: 'champion', percent: 80 },
      { alias: 'canary', percent: 20 },
    ]);
  });

  it.each(['champion', '=20', 'champion=most', 'champion=-1'])('refuses %s', (part) => {
    expect(() => parseSplit([part])).toThrow(`not ${part}`);
  });
});
