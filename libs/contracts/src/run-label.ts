/** Characters that a file name cannot have somewhere, and those that steer terminals. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]/gu;
const MAX_LENGTH = 80;

/** Text as one part of a path on whatever system: what no file name can have is `_`. Empty when nothing is left. */
export function fileNamePart(text: string): string {
  const cut = [...text.normalize('NFC').replace(FORBIDDEN, '_')].slice(0, MAX_LENGTH).join('');
  return cut.replace(/^[\s.]+|[\s.]+$/g, '');
}

/** What files of a run are called: by its name, else by its video's, and by the beginning of its id, so that no two are alike. */
export function runLabel({
  id,
  name,
  videoName,
}: {
  id: string;
  name: string | null;
  videoName: string | null;
}): string {
  const stem = fileNamePart(name ?? videoName?.replace(/\.\w{1,5}$/, '') ?? '');
  return `${stem || 'run'}-${id.slice(0, 8)}`;
}
