import type { Prisma } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';

/** The card under which a file is served already, whatever the name of the version. */
export async function knownCard(
  database: Pick<Prisma.TransactionClient, 'modelVersion'>,
  sha256: string,
): Promise<EncoderCard | undefined> {
  const ready = await database.modelVersion.findFirst({
    where: { sha256, state: 'READY', deletedAt: null },
    orderBy: { createdAt: 'asc' },
  });
  return ready?.card as unknown as EncoderCard | undefined;
}
