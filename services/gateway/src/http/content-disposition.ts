/** Characters that a file name cannot have somewhere, and those that steer terminals. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]/gu;
const MAX_LENGTH = 80;

/** Text as one part of a path on whatever system: what no file name can have is `_`. Empty when nothing is left. */
export function fileNamePart(text: string): string {
  const cut = [...text.normalize('NFC').replace(FORBIDDEN, '_')].slice(0, MAX_LENGTH).join('');
  return cut.replace(/^[\s.]+|[\s.]+$/g, '');
}

/** RFC 6266: the name in ASCII for everybody, and as it is (RFC 8187) for those that read it. */
export function contentDisposition(kind: 'inline' | 'attachment', fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  if (ascii === fileName) return `${kind}; filename="${ascii}"`;
  const encoded = encodeURIComponent(fileName).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
