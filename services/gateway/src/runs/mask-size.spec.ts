import { CodedError } from '@propago/contracts';
import { assertMaskFits, type FrameSize, reasonOfMismatch } from './mask-size';

const size = (width: number, height: number) => ({ width, height });
const wide = { numerator: 4, denominator: 3 };

describe('the reason why mask and video differ in size', () => {
  it.each<[string, [number, number], FrameSize, RegExp]>([
    [
      'stretched pixels',
      [427, 240],
      { ...size(320, 240), sampleAspectRatio: wide },
      /not square \(4:3\).*scale.*320x240/,
    ],
    ['stretched pixels, rounded', [426, 240], { ...size(320, 240), sampleAspectRatio: wide }, /not square/],
    [
      'narrow pixels, shown lower',
      [720, 540],
      { ...size(720, 480), sampleAspectRatio: { numerator: 8, denominator: 9 } },
      /8:9/,
    ],
    [
      'stretched pixels of a turned video',
      [240, 427],
      { ...size(240, 320), rotation: 90, sampleAspectRatio: wide, codedSize: size(320, 240) },
      /not square/,
    ],
    ['rotation', [320, 240], { ...size(240, 320), rotation: 90, codedSize: size(320, 240) }, /turned by 90 degrees/],
    ['rotation the other way', [320, 240], { ...size(240, 320), rotation: 270 }, /turned by 270 degrees/],
    [
      'EXIF orientation',
      [240, 320],
      { ...size(320, 240), rotation: 0, exifOrientation: 6 },
      /EXIF orientation 6.*320x240/,
    ],
    ['exchanged sides', [240, 320], { ...size(320, 240), exifOrientation: 1 }, /exchanged/],
    [
      'padding of the coded picture',
      [1920, 1088],
      { ...size(1920, 1080), codedSize: size(1920, 1088) },
      /coded picture is 1920x1088/,
    ],
    ['another scale', [854, 480], size(1920, 1080), /same shape.*1920x1080 by nearest/],
  ])('is %s', (_, [width, height], frames, reason) => {
    expect(reasonOfMismatch({ width, height }, frames)).toMatch(reason);
  });

  it.each<[string, [number, number], FrameSize]>([
    ['another shape', [100, 100], size(320, 240)],
    ['another shape than stretched pixels give', [500, 240], { ...size(320, 240), sampleAspectRatio: wide }],
    ['a broken pixel ratio', [500, 240], { ...size(320, 240), sampleAspectRatio: { numerator: 0, denominator: 1 } }],
  ])('is not guessed for %s', (_, [width, height], frames) => {
    expect(reasonOfMismatch({ width, height }, frames)).toBeNull();
  });

  it('stands behind both sizes in the refusal, and there is none when they are the same', () => {
    expect(() => assertMaskFits(size(320, 240), { ...size(320, 240), sampleAspectRatio: wide })).not.toThrow();
    const refusal = (() => {
      try {
        return assertMaskFits(size(320, 240), { ...size(240, 320), rotation: 90 });
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(CodedError);
    expect(refusal).toMatchObject({
      code: 'MASK_SIZE_MISMATCH',
      message: expect.stringMatching(/^The mask is 320x240 and the video is 240x320\. The video is turned by 90/),
    });
  });
});
