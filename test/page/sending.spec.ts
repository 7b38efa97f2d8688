import { unzipSync } from 'fflate';
import { Pace } from '../../services/web/src/new-run/pace';
import { asOneFile } from '../../services/web/src/new-run/zip-of-frames';

describe('the pace of an upload', () => {
  it('is that of the last seconds, and unknown until something has moved', () => {
    const sut = new Pace();
    expect(sut.rate).toBeUndefined();
    sut.add(0, 0);
    expect(sut.rate).toBeUndefined();
    sut.add(1000, 1000);
    expect(sut.rate).toBe(1000);
    // Slower from now on: the first seconds are forgotten.
    for (let second = 2; second <= 20; second++) sut.add(1000 + 10 * second, 1000 * second);
    expect(sut.rate).toBeCloseTo(10, 6);
  });

  it('begins anew where less has arrived than had been sent, and after a pause', () => {
    const sut = new Pace();
    sut.add(0, 0);
    sut.add(5000, 1000);
    sut.add(4000, 2000);
    expect(sut.rate).toBeUndefined();
    sut.add(4500, 3000);
    expect(sut.rate).toBe(500);
    sut.restart();
    expect(sut.rate).toBeUndefined();
  });
});

describe('what is sent of chosen files', () => {
  const picture = (name: string, lastModified = 7) => new File([name], name, { lastModified });

  it('is a zip of pictures, the same for the same ones in any order', async () => {
    const names = ['b.png', 'a.jpg', 'C.JPEG'];
    const one = (await asOneFile(
      names.map((name) => picture(name)),
      'walk',
    ))!;
    const other = (await asOneFile(
      names.reverse().map((name) => picture(name)),
      'walk',
    ))!;
    expect([one.name, one.lastModified]).toEqual(['walk.zip', 7]);
    const bytes = new Uint8Array(await one.arrayBuffer());
    expect(new Uint8Array(await other.arrayBuffer())).toEqual(bytes);
    const texts = Object.entries(unzipSync(bytes)).map(([name, content]) => [name, Buffer.from(content).toString()]);
    expect(texts).toEqual(['C.JPEG', 'a.jpg', 'b.png'].map((name) => [name, name]));
  });

  it('is a video as it is, and nothing of several or of a mixture', async () => {
    const video = picture('clip.mp4');
    expect(await asOneFile([video])).toBe(video);
    expect(await asOneFile([video, picture('a.png')])).toBeUndefined();
    expect(await asOneFile([video, picture('other.mp4')])).toBeUndefined();
    expect(await asOneFile([])).toBeUndefined();
  });
});
