import { resolve } from 'node:path';
import { backUp, restore, type BackupManifest } from '@propago/local-stack';
import { Failure } from '../failure';
import type { Interruption } from '../interruption';

export interface FolderOption {
  dir: string;
}

/** `propago backup`: everything that `propago up` keeps in its folder, as one file. */
export async function backupCommand(file: string, { dir }: FolderOption, interruption: Interruption): Promise<void> {
  const manifest = await backUp(resolve(dir), resolve(file), interruption.signal);
  console.log(`${file} holds ${describe(manifest)}`);
  console.error('It holds the secret of the API keys too: keep it where nobody else reads it.');
}

/** `propago restore`: a folder for `propago up` from such a file. */
export async function restoreCommand(
  file: string,
  { dir, force = false }: FolderOption & { force?: boolean },
  interruption: Interruption,
): Promise<void> {
  for (const name of ['DATABASE_URL', 'STORAGE_URL']) {
    if (process.env[name]) {
      throw new Failure(
        `${name} is set, so "propago up" would not use what is restored: unset it, or restore that server`,
      );
    }
  }
  const manifest = await restore(resolve(file), resolve(dir), { force, signal: interruption.signal });
  console.log(`${resolve(dir)} holds ${describe(manifest)}, of ${manifest.createdAt}`);
}

function describe({ tables, files }: BackupManifest): string {
  const rows = (name: string): number => tables.find((table) => table.name === name)?.rows ?? 0;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const parts = [`${rows('Run')} runs`, `${rows('ModelVersion')} encoder versions`, `${rows('ApiKey')} keys`];
  return `${parts.join(', ')}, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
