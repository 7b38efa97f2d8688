/** What the choice of a stream depends on. */
export interface StreamClaims {
  codec_type?: string;
  width?: number;
  height?: number;
  disposition?: { default?: number; attached_pic?: number; timed_thumbnails?: number };
}

/**
 * The stream that players show, by ffmpeg's rule: cover pictures and thumbnails never; then the default flag, then the
 * number of pixels, then the order in the file.
 * @returns undefined where the file has no film: only sound, perhaps with a cover picture
 */
export function chooseVideoStream<S extends StreamClaims>(streams: readonly S[]): S | undefined {
  const films = streams.filter(
    ({ codec_type: type, disposition }) =>
      type === 'video' && !disposition?.attached_pic && !disposition?.timed_thumbnails,
  );
  const rank = ({ disposition }: S): number => (disposition?.default ? 1 : 0);
  const pixels = ({ width = 0, height = 0 }: S): number => width * height;
  // The sort is stable: equal streams keep their order.
  return films.toSorted((a, b) => rank(b) - rank(a) || pixels(b) - pixels(a))[0];
}

/**
 * Degrees, clockwise, by which ffmpeg turns frames with this display matrix, 0 to 359: it rounds to whole degrees, so a
 * matrix that is a hair off a right angle turns by the right angle.
 * @param matrix as ffprobe prints it: nine 16.16 fixed-point numbers, each row behind its offset
 */
export function uprightRotation(matrix: string | undefined): number {
  const values = (matrix ?? '')
    .split('\n')
    .flatMap((row) => row.replace(/^[0-9a-f]+:/, '').match(/-?\d+/g) ?? [])
    .map(Number);
  if (values.length !== 9) return 0;
  const [a, b, , c, d] = values as [number, number, number, number, number];
  const [xScale, yScale] = [Math.hypot(a, c), Math.hypot(b, d)];
  if (xScale === 0 || yScale === 0) return 0;
  const degrees = Math.round((Math.atan2(b / yScale, a / xScale) * 180) / Math.PI);
  return (degrees + 360) % 360;
}
