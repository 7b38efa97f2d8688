import { contentDisposition } from './content-disposition';

describe('the name of a file in an answer', () => {
  it.each([
    ['clip.zip', 'attachment; filename="clip.zip"'],
    ['Straße 1.zip', `attachment; filename="Stra_e 1.zip"; filename*=UTF-8''Stra%C3%9Fe%201.zip`],
    ['走る🙂.zip', `attachment; filename="____.zip"; filename*=UTF-8''%E8%B5%B0%E3%82%8B%F0%9F%99%82.zip`],
    [`it's (1)*.zip`, 'attachment; filename="it\'s (1)*.zip"'],
    [`é'(*!).zip`, `attachment; filename="_'(*!).zip"; filename*=UTF-8''%C3%A9%27%28%2a%21%29.zip`],
    ['50%"\\.zip', `attachment; filename="50___.zip"; filename*=UTF-8''50%25%22%5C.zip`],
  ])('%s is sent as %s', (name, header) => {
    expect(contentDisposition('attachment', name)).toBe(header);
    // A header of HTTP has no other characters.
    expect(header).toMatch(/^[\x20-\x7e]+$/);
  });
});
