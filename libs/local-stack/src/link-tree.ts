import { copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A copy of a folder whose files are hard links, so that it takes no room and keeps what is removed from the original.
 * It is for files that are replaced as a whole and never written in place. Files that vanish meanwhile are left out, and those that the
 * target has already stay.
 */
export function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const kind = lstatSync(source, { throwIfNoEntry: false });
    if (kind?.isDirectory()) linkTree(source, target);
    else if (kind?.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (kind?.isFile()) linkFile(source, target);
  }
}

function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if (['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    // Another file system, or one without hard links.
    copyFileSync(source, target);
  }
}
