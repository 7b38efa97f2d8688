import { StreamDamage } from './stream-damage';

const DECODING = '[info] Stream mapping:';

function read(lines: readonly string[], container: 'mp4' | 'matroska' | 'avi' | 'mpegts' = 'mp4'): StreamDamage {
  const sut = new StreamDamage(1, 'h264', container);
  for (const line of lines) sut.read(line);
  return sut;
}

describe('StreamDamage', () => {
  it.each([
    '[h264 @ 0x1] [error] error while decoding MB 1 2, bytestream 22',
    '[warning] file:a.mkv: corrupt decoded frame in stream 1',
    '[error] Error while decoding stream #0:1: Invalid data found when processing input',
    '[vist#0:1/h264 @ 0x1] [dec:h264 @ 0x2] [error] Error submitting packet to decoder: Invalid data found',
  ])('takes "%s" for a lost frame', (line) => {
    expect(read([DECODING, line]).take()).not.toBeNull();
  });

  it.each([
    '[aac @ 0x1] [error] decode_band_types: Input buffer exhausted before END element found',
    '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [warning] Packet corrupt (stream = 0, dts = 11).',
    '[warning] file:a.mp4: corrupt input packet in stream 1',
    '[h264 @ 0x1] [error] SEI type 5 size 2208 truncated at 2176',
    '[h264 @ 0x1] [warning] number of reference frames (0+2) exceeds max (1)',
    '[rawvideo @ 0x1] [error] Application provided invalid, non monotonically increasing dts to muxer',
    '[info]     title           : [h264 @ 0x1] [error] forged',
  ])('takes "%s" for none', (line) => {
    expect(read([DECODING, line]).take()).toBeNull();
  });

  it('counts nothing that is said while headers are analysed', () => {
    const sut = read(['[h264 @ 0x1] [error] no frame!', DECODING]);
    expect(sut.take()).toBeNull();
  });

  it('gives each sign once, so that it belongs to one frame', () => {
    const sut = read([DECODING, '[h264 @ 0x1] [error] a', '[h264 @ 0x1] [error] b']);
    expect([sut.take(), sut.take()]).toEqual(['a', null]);
  });

  it('keeps what a demuxer complains about as a doubt, and knows an early end', () => {
    const sut = read([DECODING, '[matroska,webm @ 0x1] [error] File ended prematurely'], 'matroska');
    expect([sut.take(), sut.doubt, sut.endsEarly]).toEqual([null, 'File ended prematurely', true]);
  });

  it('knows a cut packet of the stream from one of another stream, also while headers are analysed', () => {
    const line = (stream: number): string =>
      `[mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [warning] Packet corrupt (stream = ${stream}, dts = 11).`;
    const [own, other] = [read([line(1), DECODING]), read([DECODING, line(0)])];
    expect([own.cutPacket, own.endsEarly]).toEqual(['Packet corrupt (stream = 1, dts = 11).', true]);
    expect([other.cutPacket, other.endsEarly]).toEqual([null, false]);
  });

  it('leaves a transport stream to its own packets', () => {
    const sut = read([DECODING, '[mpegts @ 0x1] [warning] Packet corrupt (stream = 1, dts = 5).'], 'mpegts');
    expect([sut.take(), sut.doubt, sut.endsEarly]).toEqual([null, null, false]);
  });

  it('says nothing of the folders of this server', () => {
    const sut = read([DECODING, '[error] file:/data/blobs/videos/36f5ab: corrupt decoded frame in stream 1']);
    expect(sut.take()).toBe('the file: corrupt decoded frame in stream 1');
  });
});
