import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { z } from 'zod';

const TABLES = 'tables/';
export const MANIFEST = 'manifest.json';
export const SECRET_ENTRY = 'key-secret';
export const blobEntry = (key: string): string => `blobs/${key}`;
/** A JSON string per line: the text of one row. */
export const tableEntry = (name: string): string => `${TABLES}${name}.jsonl`;
export const isTableEntry = (name: string): boolean => name.startsWith(TABLES);

/** Names that stay below the folder they are put into. */
const safe = /^(?!.*(^|\/)\.{1,2}(\/|$))[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;
const name = z.string().max(1000).regex(safe);

/** Whether a file may be in a backup: one that somebody put among the blobs by hand may have a name that no blob has. */
export const isEntryName = (text: string): boolean => name.safeParse(text).success;

const file = z.object({ name, bytes: z.number().int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** What is in a backup. It is a zip, so that its parts can be looked at; this is its last entry. */
export const backupManifest = z.object({
  format: z.literal(1),
  createdAt: z.string(),
  /** Of the platform that made it. */
  version: z.string(),
  revision: z.string(),
  /** Those that made the tables, the last one last. */
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({ name, columns: z.array(z.string()), rows: z.number().int().min(0) })),
  files: z.array(file),
});
export type BackupManifest = z.infer<typeof backupManifest>;
export type BackupFile = z.infer<typeof file>;

/** Passes bytes on; `result` is what has passed. */
export class Digest extends Transform {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  override _transform(chunk: Buffer, _: string, done: (error: null, chunk: Buffer) => void): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    done(null, chunk);
  }

  result(): { bytes: number; sha256: string } {
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}
