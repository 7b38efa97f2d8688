import { cursorOf, frameCursor, frameNumber, pageOf, placeOf } from './paging';

const id = '5e0f8a52-9f0e-4a1c-8f6b-1f3d2c4b5a69';

describe('paging', () => {
  it('finds the place of a run in its cursor again', () => {
    const place = { createdAt: new Date('2026-11-23T05:45:36.895Z'), id };
    expect(placeOf(cursorOf(place))).toEqual(place);
  });

  it.each(['', '_', id, `_${id}`, '1_x', `1_${id}0`, `-1_${id}`])('refuses the cursor %j', (cursor) => {
    expect(() => placeOf(cursor)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('takes a limit in its range, and a fallback without one', () => {
    const range = { fallback: 50, most: 200 };
    expect([undefined, '1', '200'].map((limit) => pageOf(limit, range))).toEqual([50, 1, 200]);
    for (const limit of ['0', '201', '1.5', 'x', '']) {
      expect(() => pageOf(limit, range)).toThrow('Expected limit in [1, 200].');
    }
  });

  it.each(['-1', '1e3', 'x', '', '1234567890'])('knows no frame %j', (text) => {
    expect(() => frameNumber(text)).toThrow(expect.objectContaining({ code: 'FRAME_NOT_FOUND' }));
    expect(() => frameCursor(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});
