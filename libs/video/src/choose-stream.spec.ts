import { chooseVideoStream, uprightRotation } from './choose-stream';

const film = (width: number, height: number, isDefault = 0) => ({
  codec_type: 'video',
  width,
  height,
  disposition: { default: isDefault },
});

describe('chooseVideoStream', () => {
  it('takes the stream with the default flag before a larger one', () => {
    expect(chooseVideoStream([film(640, 480), film(320, 240, 1)])).toMatchObject({ width: 320 });
  });

  it('takes the largest of those with equal flags, and the first of equal ones', () => {
    const streams = [film(100, 100, 1), film(320, 240, 1), { ...film(240, 320, 1), second: true }];
    expect(chooseVideoStream(streams)).toBe(streams[1]);
  });

  it('never takes a cover, a thumbnail or sound', () => {
    const covers = [{ attached_pic: 1, default: 1 }, { timed_thumbnails: 1 }].map((disposition) => ({
      ...film(640, 480),
      disposition,
    }));
    expect(chooseVideoStream([...covers, { codec_type: 'audio' }])).toBeUndefined();
    expect(chooseVideoStream([...covers, film(64, 48)])).toMatchObject({ width: 64 });
  });
});

describe('uprightRotation', () => {
  /** As a phone writes it: turned clockwise by `degrees`. */
  function matrix(degrees: number): string {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)].map((value) =>
      Math.round(value * 65536),
    );
    return `\n00000000: ${cos} ${sin} 0\n00000001: ${-sin!} ${cos} 0\n00000002: 15728640 0 1073741824\n`;
  }

  it.each([
    [0, 0],
    [0.01, 0],
    [359.99, 0],
    [89.99, 90],
    [90.01, 90],
    [179.99, 180],
    [180.3, 180],
    [269.7, 270],
    [270.01, 270],
    [45, 45],
  ])('rounds %d degrees to %d', (degrees, expected) => {
    expect(uprightRotation(matrix(degrees))).toBe(expected);
  });

  it('takes a missing or senseless matrix for none', () => {
    expect(uprightRotation(undefined)).toBe(0);
    expect(uprightRotation('\n00000000: 0 0 0\n00000001: 0 0 0\n00000002: 0 0 0\n')).toBe(0);
    expect(uprightRotation('n/a')).toBe(0);
  });
});
