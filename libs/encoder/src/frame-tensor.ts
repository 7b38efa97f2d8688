/**
 * The encoder's input from packed frames: NCHW float32, `(value / 255 - mean) / std` per channel.
 * A table of the 256 possible values per channel makes it exact to one float32 rounding, whatever the loop order.
 *
 * @param frames rgb24, frame after frame, each height x width x 3
 * @param options `batch` >= `count`: slots after the last frame repeat it, so that the shape of a batch never changes
 * @param tensor filled and returned when given: batch x 3 x height x width
 * @returns batch x 3 x height x width
 */
export function frameTensor(
  frames: Uint8Array,
  options: { count: number; batch: number; width: number; height: number; mean: number[]; std: number[] },
  tensor = new Float32Array(options.batch * 3 * options.width * options.height),
): Float32Array {
  const { count, batch, width, height, mean, std } = options;
  const pixels = width * height;
  for (let channel = 0; channel < 3; channel++) {
    const table = Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean[channel]) / std[channel]);
    for (let slot = 0; slot < batch; slot++) {
      const source = Math.min(slot, count - 1) * pixels * 3 + channel;
      const target = (slot * 3 + channel) * pixels;
      for (let i = 0; i < pixels; i++) tensor[target + i] = table[frames[source + i * 3]];
    }
  }
  return tensor;
}
