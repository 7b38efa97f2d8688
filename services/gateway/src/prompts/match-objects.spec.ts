import { matchObjects } from './match-objects';

const RUN = [
  { id: 1, name: null },
  { id: 2, name: 'car' },
  { id: 3, name: 'car' },
];

describe('objects of a file', () => {
  it('are those of the run that their tracks are numbered after', () => {
    const found = [
      { key: 'track 1', name: 'object 1' },
      { key: 'track 3', name: 'car' },
    ];
    expect([...matchObjects(found, RUN)]).toEqual([
      ['track 1', 1],
      ['track 3', 3],
    ]);
  });

  it('are found by their names where a track has another number, each object once', () => {
    const found = ['track 7', 'track 8', 'track 9'].map((key) => ({ key, name: 'car' }));
    expect([...matchObjects(found, RUN)]).toEqual([
      ['track 7', 2],
      ['track 8', 3],
    ]);
  });

  it('are new where the object of that number is called otherwise, and none has the name', () => {
    expect(matchObjects([{ key: 'track 2', name: 'dog' }], RUN).size).toBe(0);
  });

  it('without tracks are found by their names', () => {
    expect([...matchObjects([{ key: 'class car', name: 'car' }], RUN)]).toEqual([['class car', 2]]);
  });
});
