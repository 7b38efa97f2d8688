// Markers that stand alone: no length follows.
const ALONE = new Set([0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9]);
const START_OF_SCAN = 0xda;

/**
 * A JPEG without the stray bytes that some cameras write between its segments (ITU-T T.81, B.1.1). Decoders skip them with
 * a warning, and a warning is also all they have to say about broken pixels.
 * @returns `file` itself where there are none
 */
export function withoutStrayBytes(file: Buffer): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < file.length;) {
    const marker = nextMarker(file, at);
    if (marker === null) break;
    if (marker.start > at) {
      kept.push(file.subarray(from, at));
      from = marker.start;
    }
    if (marker.code === START_OF_SCAN) break;
    at = marker.end;
    if (!ALONE.has(marker.code) && at + 2 <= file.length) at += Math.max(2, file.readUInt16BE(at));
  }
  return kept.length === 0 ? file : Buffer.concat([...kept, file.subarray(from)]);
}

/** The next marker from `at` on: a byte 0xff, perhaps repeated, and a code that is neither 0 nor 0xff. */
function nextMarker(file: Buffer, at: number): { start: number; end: number; code: number } | null {
  for (let start = file.indexOf(0xff, at); start >= 0; start = file.indexOf(0xff, start + 1)) {
    let end = start + 1;
    while (file[end] === 0xff) end++;
    const code = file[end];
    if (code === undefined) return null;
    if (code !== 0) return { start, end: end + 1, code };
  }
  return null;
}
