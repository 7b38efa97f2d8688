/** Extensions of the pictures that are frames, in lower case with their dot. */
export const FRAME_EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png']);

/** Pictures of other formats. Among frames they would be lost without a word if they were ignored like a README. */
export const OTHER_PICTURE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.bmp',
  '.gif',
  '.tif',
  '.tiff',
  '.webp',
  '.avif',
  '.heic',
  '.jp2',
  '.jxl',
  '.ppm',
  '.exr',
]);

/** Orders names as people count: digits by value, so that frame 9 comes before frame 10; equal values by text. */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    const bothNumbers = /^\d/.test(x) && /^\d/.test(y);
    const difference = bothNumbers ? compareDigits(x, y) : x < y ? -1 : x > y ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

function compareDigits(x: string, y: string): number {
  const [a, b] = [x.replace(/^0+/, ''), y.replace(/^0+/, '')];
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
