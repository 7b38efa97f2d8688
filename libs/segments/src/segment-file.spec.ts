import { asFloat32, decodeSegment, encodeSegment, type FeaturesHeader, type LabelsHeader } from '.';

const labels: LabelsHeader = { kind: 'labels', firstFrame: 16, frames: 2, rows: 2, cols: 3, classes: 2 };
const values = Float32Array.from({ length: 24 }, (_, i) => i / 7);

describe('segment file', () => {
  it('gives back header and payload', () => {
    const file = encodeSegment(labels, [values.subarray(0, 12), values.subarray(12)]);
    const { header, payload } = decodeSegment('labels', file, 'a');
    expect(header).toEqual(labels);
    expect(asFloat32(payload)).toEqual(values);
  });

  it('has a payload that an unaligned buffer does not disturb', () => {
    const file = encodeSegment(labels, [values]);
    const shifted = Buffer.concat([Buffer.from([0]), file]).subarray(1);
    expect(asFloat32(decodeSegment('labels', shifted, 'a').payload)).toEqual(values);
  });

  it('refuses a payload of another size than announced', () => {
    expect(() => encodeSegment(labels, [values.subarray(1)])).toThrow('Expected 96 payload bytes');
  });

  it.each([
    ['truncated', (file: Buffer) => file.subarray(0, file.length - 1)],
    ['cut inside the prefix', (file: Buffer) => file.subarray(0, 7)],
    ['flipped in one bit', (file: Buffer) => ((file[70]! ^= 1), file)],
    ['of another program', () => Buffer.from('RIFFxxxxAVI LIST and more')],
  ])('names a file that is %s', (_, damage) => {
    const file = damage(encodeSegment(labels, [values]));
    expect(() => decodeSegment('labels', file, 'labels/r/00001')).toThrow(
      expect.objectContaining({ code: 'BLOB_INVALID', message: expect.stringContaining('labels/r/00001') }),
    );
  });

  it('refuses a segment of another kind', () => {
    const features: FeaturesHeader = {
      kind: 'features',
      firstFrame: 0,
      frames: 1,
      rows: 1,
      cols: 1,
      dim: 2,
      dtype: 'float16',
      encoderSha256: 'e',
    };
    const file = encodeSegment(features, [new Uint16Array(2)]);
    expect(() => decodeSegment('labels', file, 'a')).toThrow('a features segment, expected labels');
  });
});
