import { open, type FileHandle } from 'node:fs/promises';

const FLUSH_CHARACTERS = 2 ** 18;

/** A text that is written piece by piece; whoever writes waits for the disk now and then, so that memory stays small. */
export class TextFile {
  private parts: string[] = [];
  private length = 0;

  private constructor(private readonly handle: FileHandle) {}

  /** Lends a new file, and closes it when `use` has ended. */
  static async write(path: string, use: (file: TextFile) => Promise<void>): Promise<void> {
    const handle = await open(path, 'wx');
    try {
      const file = new TextFile(handle);
      await use(file);
      await file.flush();
    } finally {
      await handle.close();
    }
  }

  async add(text: string): Promise<void> {
    this.parts.push(text);
    this.length += text.length;
    if (this.length >= FLUSH_CHARACTERS) await this.flush();
  }

  private async flush(): Promise<void> {
    const text = this.parts.join('');
    this.parts = [];
    this.length = 0;
    await this.handle.appendFile(text);
  }
}
