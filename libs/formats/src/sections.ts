import { createReadStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import type { TextFile } from './text-file';

const FLUSH_CHARACTERS = 2 ** 16;

/**
 * Sorts text that comes frame by frame and is wanted object by object. Each section is a file of its own in a scratch
 * folder, opened only for each append, so that neither memory nor open files grow.
 */
export class Sections {
  private readonly pending = new Map<string, { parts: string[]; length: number }>();

  constructor(private readonly folder: string) {}

  /** @param name letters, digits, dashes */
  async add(name: string, text: string): Promise<void> {
    let section = this.pending.get(name);
    if (!section) this.pending.set(name, (section = { parts: [], length: 0 }));
    section.parts.push(text);
    section.length += text.length;
    if (section.length >= FLUSH_CHARACTERS) await this.flush(name);
  }

  /** Appends all of a section to a file; one that nothing was added to is empty. */
  async moveTo(file: TextFile, name: string): Promise<void> {
    if (!this.pending.has(name)) return;
    await this.flush(name);
    for await (const text of createReadStream(this.pathOf(name), 'utf8')) await file.add(text as string);
  }

  private async flush(name: string): Promise<void> {
    const section = this.pending.get(name)!;
    await appendFile(this.pathOf(name), section.parts.join(''));
    this.pending.set(name, { parts: [], length: 0 });
  }

  private pathOf(name: string): string {
    return path.join(this.folder, name);
  }
}
