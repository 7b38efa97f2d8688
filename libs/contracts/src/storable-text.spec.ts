import { assertStorable, storable } from './storable-text';

describe('text', () => {
  it.each(['a\0b', '\0', 'a\ud800b', '\udfff', 'a\udc00\ud800'])('that Postgres refuses is refused: %j', (text) => {
    expect(() => assertStorable(text, 'name')).toThrow(expect.objectContaining({ code: 'TEXT_INVALID' }));
    expect(() => assertStorable(storable(text), 'name')).not.toThrow();
  });

  it.each(['', 'clip.mp4', 'Ärger 走る 🙂', '\u0001\u007f\uffff'])(
    'that Postgres takes is taken as it is: %j',
    (text) => {
      expect(() => assertStorable(text, 'name')).not.toThrow();
      expect(storable(text)).toBe(text);
    },
  );

  it('is found wherever it stands in JSON, and its place is named', () => {
    expect(() => assertStorable({ a: [1, { b: 'x\0' }] }, 'options')).toThrow('Expected options.a.1.b without NUL');
    expect(() => assertStorable({ a: { 'k\0': 1 } }, 'options')).toThrow('Expected the names in options.a without NUL');
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
    expect(() => assertStorable(deep, 'options')).not.toThrow();
    expect(() => assertStorable({ a: [null, true, 5], b: undefined }, 'options')).not.toThrow();
  });
});
