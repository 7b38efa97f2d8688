import { createHash } from 'node:crypto';
import { aliasOf } from './traffic';

/** Ids as random ones, and the same each time. */
const runIds = Array.from({ length: 2000 }, (_, i) => createHash('md5').update(`run ${i}`).digest('hex'));

describe('aliasOf', () => {
  const split = [
    { alias: 'champion', percent: 80 },
    { alias: 'canary', percent: 20 },
  ];

  it('sends to each alias the share that it is given', () => {
    const canary = runIds.filter((id) => aliasOf(id, split) === 'canary').length;
    // Four standard deviations of 2000 independent runs around 400.
    expect(Math.abs(canary - 400)).toBeLessThan(4 * Math.sqrt(2000 * 0.2 * 0.8));
  });

  it('says the same of a run each time', () => {
    const twice = [0, 1].map(() => runIds.map((id) => aliasOf(id, split)));
    expect(twice[0]).toEqual(twice[1]);
  });

  it('sends nothing to an alias with 0 %, wherever it stands', () => {
    const none = (percents: number[]) => percents.map((percent, i) => ({ alias: `a${i}`, percent }));
    expect(new Set(runIds.map((id) => aliasOf(id, none([0, 100, 0]))))).toEqual(new Set(['a1']));
    expect(new Set(runIds.map((id) => aliasOf(id, none([100, 0]))))).toEqual(new Set(['a0']));
  });

  it('moves no run away from the canary when its share grows', () => {
    const first = [...split].reverse();
    const more = [
      { alias: 'canary', percent: 50 },
      { alias: 'champion', percent: 50 },
    ];
    const before = runIds.filter((id) => aliasOf(id, first) === 'canary');
    expect(before.every((id) => aliasOf(id, more) === 'canary')).toBe(true);
  });
});
