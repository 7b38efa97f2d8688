const ORIENTATION = 0x112;

/**
 * How a picture is to be turned for being shown, 1 to 8, as its EXIF data say (CIPA DC-008, 4.6.4: a TIFF header and a list
 * of tags); 1, upright, where they say nothing that can be read.
 */
export function orientationOf(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.length);
  if (exif.length < 8) return 1;
  const little = exif[0] === 0x49;
  const list = view.getUint32(4, little);
  if (list + 2 > exif.length) return 1;
  const count = view.getUint16(list, little);
  for (let at = list + 2; at + 12 <= Math.min(exif.length, list + 2 + 12 * count); at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
