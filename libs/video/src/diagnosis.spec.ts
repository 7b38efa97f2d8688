import { Diagnosis, type ToolExit } from './diagnosis';

const DECODING = '[info] Stream mapping:';
const ended = (code: number): ToolExit => ({ code, signal: null, timedOut: false });

function codeOf(lines: readonly string[], exit: ToolExit): string | undefined {
  const sut = new Diagnosis();
  for (const line of lines) sut.read(line);
  return sut.failure(exit, 'Decoding', 'VIDEO_CORRUPT')?.code;
}

describe('Diagnosis', () => {
  it('finds nothing wrong in a good end', () => {
    expect(codeOf(['[h264 @ 0x1] [warning] number of reference frames exceeds max'], ended(0))).toBeUndefined();
  });

  it.each([
    ['VIDEO_TRUNCATED', '[matroska,webm @ 0x1] [error] File ended prematurely'],
    ['VIDEO_TRUNCATED', '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [error] stream 0, offset 0xcdf6: partial file'],
    ['VIDEO_TRUNCATED', '[avi @ 0x1] [warning] Packet corrupt (stream = 0, dts = 11).'],
    ['VIDEO_CORRUPT', '[warning] file:a.mkv: corrupt decoded frame in stream 0'],
  ])('reads %s from a message only where the exit code tells of a failure', (code, line) => {
    expect(codeOf([DECODING, line], ended(0))).toBeUndefined();
    expect(codeOf([DECODING, line], ended(1))).toBe(code);
  });

  it.each([
    ['VIDEO_TOO_LARGE', '[h264 @ 0x1] [error] get_buffer() failed'],
    ['VIDEO_TIMEOUT', '[info] Exiting normally, received signal 24.'],
  ])('reads %s from a message even when the exit code is 0', (code, line) => {
    expect(codeOf([DECODING, line], ended(0))).toBe(code);
  });

  it('does not call the video too large for a cover that is, while headers are analysed', () => {
    const cover = '[mjpeg @ 0x1] [error] Picture size 9000x9000 is invalid';
    expect(codeOf([cover, DECODING], ended(0))).toBeUndefined();
    expect(codeOf([cover, DECODING, '[error] Invalid data found'], ended(1))).toBe('VIDEO_CORRUPT');
  });

  it('calls a cut file truncated although it looks damaged too', () => {
    const lines = [
      '[h264 @ 0x1] [error] error while decoding MB 1 2',
      '[matroska,webm @ 0x1] [error] File ended prematurely',
    ];
    expect(codeOf(lines, ended(1))).toBe('VIDEO_TRUNCATED');
  });

  it('does not take metadata of the file for messages', () => {
    expect(codeOf(['[info]     title           : File ended prematurely'], ended(0))).toBeUndefined();
  });

  it('names a refused codec only where nothing else explains the failure', () => {
    const refused = "[aac @ 0x1] [error] Codec (aac) not on whitelist 'h264'";
    expect(codeOf([refused], ended(0))).toBeUndefined();
    expect(codeOf([refused], ended(1))).toBe('VIDEO_NOT_RECOGNISED');
    expect(codeOf([refused, '[fatal] a.mkv: corrupt decoded frame in stream 0'], ended(1))).toBe('VIDEO_CORRUPT');
  });

  it('does not blame the file for a program that cannot start or was killed', () => {
    expect(codeOf(['ffmpeg: error while loading shared libraries: libx.so'], ended(127))).toBe('INTERNAL');
    expect(codeOf([], { code: null, signal: 'SIGKILL', timedOut: false })).toBe('INTERNAL');
  });

  it('says nothing of the folders of this server', () => {
    const sut = new Diagnosis();
    sut.read('[warning] file:/data/blobs/videos/36f5ab: corrupt decoded frame in stream 0');
    sut.read("[in#0 @ 0x1] [error] Error opening input '/tmp/upload-1/clip.mp4': 1/2 of it is missing");
    expect(sut.summary).toBe(
      "the file: corrupt decoded frame in stream 0 | [error] Error opening input 'the file': 1/2 of it is missing",
    );
  });

  it('keeps a bounded number of messages', () => {
    const sut = new Diagnosis();
    for (let i = 0; i < 100_000; i++) sut.read(`[h264 @ 0x1] [error] ${'x'.repeat(500)}`);
    expect(sut.summary.length).toBeLessThan(4000);
  });
});
