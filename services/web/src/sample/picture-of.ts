/** @param rgb height x width x 3 */
export function pictureOf(rgb: Uint8Array, width: number, height: number): ImageData {
  const picture = new ImageData(width, height);
  for (let i = 0, at = 0; at < rgb.length; i += 4, at += 3) {
    picture.data[i] = rgb[at]!;
    picture.data[i + 1] = rgb[at + 1]!;
    picture.data[i + 2] = rgb[at + 2]!;
    picture.data[i + 3] = 255;
  }
  return picture;
}
