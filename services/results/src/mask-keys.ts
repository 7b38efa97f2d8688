import type { Database } from '@propago/database';

/** Blob keys of the masks of a run that has succeeded and has masks, by frame. */
export async function maskKeysOf(database: Database, runId: string): Promise<string[]> {
  const select = { maskKey: true } as const;
  const rows = await database.frameResult.findMany({ where: { runId }, select, orderBy: { frame: 'asc' } });
  return rows.flatMap(({ maskKey }) => maskKey ?? []);
}
