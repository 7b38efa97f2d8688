import { ContextEntry, contextEntries, groupEntries } from './context';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const frames = (entries: ContextEntry[]) => entries.map(({ frame }) => frame);

const dino = {
  contextLength: 7,
  keepFirstFrame: true,
  restrictFirstFrame: true,
  fillQueueWithFirstFrame: false,
  firstFrameInQueue: false,
};
const crw = { ...dino, contextLength: 20, restrictFirstFrame: false, fillQueueWithFirstFrame: true };
const vfs = { ...dino, contextLength: 20, firstFrameInQueue: true };

describe('contextEntries', () => {
  it('gives dino frame 0 once and the last 7 predictions', () => {
    expect(frames(contextEntries(1, dino))).toEqual([0]);
    expect(frames(contextEntries(4, dino))).toEqual([0, 1, 2, 3]);
    expect(frames(contextEntries(8, dino))).toEqual([0, ...range(1, 8)]);
    expect(frames(contextEntries(30, dino))).toEqual([0, ...range(23, 30)]);
    expect(contextEntries(30, dino).every(({ restricted }) => restricted)).toBe(true);
  });

  it('gives crw an unrestricted frame 0 and a queue that starts with 20 copies of it', () => {
    expect(frames(contextEntries(1, crw))).toEqual(new Array(21).fill(0));
    expect(frames(contextEntries(3, crw))).toEqual([0, ...new Array(18).fill(0), 1, 2]);
    expect(frames(contextEntries(50, crw))).toEqual([0, ...range(30, 50)]);
    expect(contextEntries(3, crw).map(({ restricted }) => restricted)).toEqual([false, ...new Array(20).fill(true)]);
  });

  it('counts frame 0 twice for vfs while it is in the queue of 20', () => {
    expect(frames(contextEntries(1, vfs))).toEqual([0, 0]);
    expect(frames(contextEntries(20, vfs))).toEqual([0, ...range(0, 20)]);
    expect(frames(contextEntries(21, vfs))).toEqual([0, ...range(1, 21)]);
  });

  it('gives only the last frames, frame 0 among them, where frame 0 is not kept', () => {
    const parameters = { ...dino, keepFirstFrame: false, contextLength: 3 };
    expect(frames(contextEntries(1, parameters))).toEqual([0]);
    expect(frames(contextEntries(3, parameters))).toEqual([0, 1, 2]);
    expect(frames(contextEntries(4, parameters))).toEqual([1, 2, 3]);
  });

  it('refuses a target that has no earlier frame', () => {
    expect(() => contextEntries(0, dino)).toThrow(
      'Expected an integer of at least 1 for target but received 0 of type number',
    );
  });
});

describe('groupEntries', () => {
  it('gathers the copies of a frame, newest first, and parts restricted ones from unrestricted ones', () => {
    expect(groupEntries(contextEntries(2, { ...crw, contextLength: 3 }))).toEqual([
      { frame: 1, restricted: true, positions: [3] },
      { frame: 0, restricted: true, positions: [2, 1] },
      { frame: 0, restricted: false, positions: [0] },
    ]);
  });
});
