import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStorageFull } from '@propago/storage';

const FILLER = '.filler';

/** A disk of a few MiB in memory, which a test can fill. Needs the right to mount. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** @returns null where this process may not mount */
  static mount(megabytes: number): SmallDisk | null {
    const path = mkdtempSync(join(tmpdir(), 'propago-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
    if (status === 0) return new SmallDisk(path);
    rmSync(path, { recursive: true });
    return null;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  /** Writes until nothing fits any more, or until that many bytes are free. */
  async fill(leaveBytes = 0): Promise<void> {
    const file = await open(join(this.path, FILLER), 'a');
    try {
      for (;;) {
        const excess = (await this.freeBytes()) - leaveBytes;
        if (excess <= 0) return;
        await file.write(Buffer.alloc(Math.min(excess, 1 << 20)));
      }
    } catch (error) {
      if (!isStorageFull(error)) throw error;
    } finally {
      await file.close();
    }
  }

  /** Takes the fill away again. */
  async free(): Promise<void> {
    await rm(join(this.path, FILLER), { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['--lazy', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}
