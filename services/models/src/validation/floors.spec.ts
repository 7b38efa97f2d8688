import { qualityRefusals, speedRefusals } from './floors';

describe('the floor of speed', () => {
  const floors = { VALIDATION_MAX_FRAME_SECONDS: 10, VALIDATION_MAX_SLOWDOWN: 5 };
  const refused = (seconds: number, champion?: number) =>
    speedRefusals(seconds, champion, floors).map(({ code }) => code);

  it('lets pass what is somewhat slower than the champion', () => {
    expect(refused(0.49, 0.1)).toEqual([]);
  });

  it('refuses ten times the time of the champion, and says so', () => {
    expect(speedRefusals(1, 0.1, floors)).toEqual([
      {
        code: 'MODEL_TOO_SLOW',
        detail: '1000.0 ms for a frame of 480p; that is 10.0 times the 100.0 ms of the champion, allowed are 5 times.',
      },
    ]);
  });

  it('holds a first version against the absolute floor only', () => {
    expect(refused(9)).toEqual([]);
    expect(refused(11)).toEqual(['MODEL_TOO_SLOW']);
  });

  it('names both reasons', () => {
    expect(refused(11, 1)).toEqual(['MODEL_TOO_SLOW', 'MODEL_TOO_SLOW']);
  });
});

describe('the floor of quality', () => {
  const floors = { VALIDATION_MIN_QUALITY: 0.3, VALIDATION_MAX_QUALITY_DROP: 0.05 };
  const refused = (quality: number, champion?: number) =>
    qualityRefusals(quality, champion, floors).map(({ code }) => code);

  it('lets pass what is a little worse than the champion', () => {
    expect(refused(0.651, 0.7)).toEqual([]);
  });

  it('refuses worse masks than those of the champion, and says so', () => {
    expect(qualityRefusals(0.64, 0.7, floors)).toEqual([
      { code: 'MODEL_QUALITY', detail: 'J&F 64.0 on the probe clips; the champion has 70.0, allowed are 5.0 less.' },
    ]);
  });

  it('refuses a first version with bad masks, and a score that is no number', () => {
    expect(refused(0.29)).toEqual(['MODEL_QUALITY']);
    expect(qualityRefusals(0.29, undefined, floors)[0]!.detail).toBe(
      'J&F 29.0 on the probe clips; at least 30.0 is needed; see whether the weights are trained ones, and mean and std right.',
    );
    expect(refused(NaN)).toEqual(['MODEL_QUALITY']);
  });
});
