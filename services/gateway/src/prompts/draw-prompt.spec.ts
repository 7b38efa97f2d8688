import { encodeIndexedPng, encodeRle, VOC_PALETTE } from '@propago/labels';
import { drawPrompt, type Canvas } from './draw-prompt';
import { checked, sentPrompt, type SentPrompt } from './prompt-body';

const frames = { width: 6, height: 4 };
const limits = { maxSide: 100, maxPixels: 10_000, maxClasses: 64 };
const canvas: Canvas = { frames, fit: 'exact', limits };

const maskOf = (rows: string[]): Buffer => {
  const indices = Uint8Array.from(rows.join(''), Number);
  return encodeIndexedPng({ width: rows[0]!.length, height: rows.length, indices, palette: VOC_PALETTE });
};
const shown = (prompt: SentPrompt, on = canvas): string[] => {
  const { labels, width, height } = drawPrompt(prompt, on);
  return Array.from({ length: height }, (_, y) => [...labels.subarray(y * width, (y + 1) * width)].join(''));
};
const sent = (body: unknown, absent?: string) => sentPrompt(3, body, { absent, limits }) as SentPrompt;
const box = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

describe('a prompt that was sent', () => {
  it('is drawn the same from a mask, run lengths and polygons', () => {
    const rows = ['000000', '011000', '011000', '000000'];
    const rle = encodeRle(Uint8Array.from(rows.join(''), Number), 6, 4, 1);
    expect(shown(sent(maskOf(rows)))).toEqual(rows);
    expect(shown(sent({ objects: [{ id: 1, rle }] }))).toEqual(rows);
    expect(shown(sent({ objects: [{ id: 1, polygons: [box(1, 1, 2)] }] }))).toEqual(rows);
  });

  it('adds up what a mask and JSON say about a frame, the later one in front', () => {
    const mask = { png: maskOf(['110000', '110000', '000000', '000000']), classIds: [1] };
    const prompt = checked({ frame: 3, said: [mask, { id: 2, polygons: [box(1, 0, 2)] }, { id: 5, absent: true }] });
    expect(shown(prompt)).toEqual(['122000', '122000', '000000', '000000']);
    expect(drawPrompt(prompt, canvas).objects).toEqual([1, 2, 5]);
  });

  it('says two things about no object', () => {
    const mask = maskOf(['100000', '000000', '000000', '000000']);
    expect(() => sent(mask, '1,2')).toThrow('Two things are said about object 1 on frame 3.');
    expect(sent(mask, '2,3').said).toHaveLength(3);
  });

  it.each<[string, object, string]>([
    ['nothing', { id: 1 }, 'Expected one of rle, polygons, points and absent'],
    [
      'two things',
      { id: 1, absent: true, polygons: [box(1, 1, 2)] },
      'Expected one of rle, polygons, points and absent',
    ],
    ['no outline', { id: 1, polygons: [] }, 'objects.0.polygons'],
    ['two points', { id: 1, polygons: [box(1, 1, 2).slice(2)] }, 'objects.0.polygons.0'],
    ['infinity', { id: 1, polygons: [[...box(1, 1, 2), [5, Infinity]]] }, 'objects.0.polygons.0.4.1'],
    [
      'too many points',
      { id: 1, polygons: [Array.from({ length: 20_001 }, () => [1, 2])] },
      'Expected at most 20000 points',
    ],
    ['void', { id: 255, absent: true }, 'objects.0.id'],
  ])('is refused with %s', (_, object, message) => {
    expect(() => sent({ objects: [object] })).toThrow(message);
  });

  it('has no polygon that holds no pixel', () => {
    const prompt = sent({ objects: [{ id: 7, polygons: [box(1.6, 1.6, 0.5)] }] });
    expect(() => drawPrompt(prompt, canvas)).toThrow('The polygons of object 7 hold the centre of no pixel of the 6x4');
  });

  it('is scaled when asked, if it has the shape of the frame', () => {
    const large = ['110000000000', '110000000000', ...Array.from({ length: 6 }, () => '000000000000')];
    const rows = ['100000', '000000', '000000', '000000'];
    const rle = encodeRle(Uint8Array.from(large.join(''), Number), 12, 8, 1);
    const nearest: Canvas = { ...canvas, fit: 'nearest' };
    for (const body of [maskOf(large), { objects: [{ id: 1, rle }] }]) {
      expect(() => shown(sent(body))).toThrow('With fit=nearest it is scaled here.');
      expect(shown(sent(body), nearest)).toEqual(rows);
    }
    expect(() => shown(sent(maskOf(['10', '00'])), nearest)).toThrow('The mask is 2x2 and the video is 6x4.');
  });
});
