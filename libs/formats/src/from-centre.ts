/**
 * A place in the video, whose first pixel has its centre at 0.5, as programs say it that count from that centre; to a
 * thousandth of a pixel.
 */
export function fromCentre(pixels: number): number {
  return Math.round((pixels - 0.5) * 1000) / 1000;
}
