import { frameTensor } from './frame-tensor';

describe('frameTensor', () => {
  const mean = [0.5, 0.25, 0];
  const std = [0.5, 0.25, 2];

  it('gives one plane per channel, normalised with its own mean and std', () => {
    const frames = Uint8Array.of(255, 0, 51, 0, 255, 102);
    const tensor = frameTensor(frames, { count: 1, batch: 1, width: 2, height: 1, mean, std });
    expect([...tensor]).toEqual([1, -1, -1, 3, 0.1, 0.2].map(Math.fround));
  });

  it('fills the slots after the last frame with copies of it', () => {
    const frames = Uint8Array.of(0, 0, 0, 255, 255, 255);
    const tensor = frameTensor(frames, { count: 2, batch: 4, width: 1, height: 1, mean, std });
    expect(tensor).toHaveLength(12);
    expect([...tensor.subarray(6, 9)]).toEqual([...tensor.subarray(3, 6)]);
    expect([...tensor.subarray(9)]).toEqual([...tensor.subarray(3, 6)]);
    expect([...tensor.subarray(0, 3)]).toEqual([-1, -1, 0]);
  });
});
