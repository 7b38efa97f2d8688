import type { Prisma } from '@propago/database';
import { shapeOf } from './object-body';

/**
 * Gives the shadows of a run what is said about it now, as far as they have not been compared with it: they begin again
 * when the run has succeeded again.
 */
export async function repeatInShadows(transaction: Prisma.TransactionClient, runId: string): Promise<void> {
  const mayGoOn = [{ outcome: { is: null } }, { outcome: { state: 'succeeded' } }];
  const where = { shadowOfId: runId, comparison: { is: null }, OR: mayGoOn };
  const shadows = await transaction.run.findMany({ where, select: { id: true } });
  if (shadows.length === 0) return;
  const said = await saidOf(transaction, runId);
  for (const { id } of shadows) {
    await transaction.$executeRaw`SELECT FROM "Run" WHERE id = ${id}::uuid FOR UPDATE`;
    await transaction.prompt.deleteMany({ where: { runId: id } });
    await transaction.keypointPrompt.deleteMany({ where: { runId: id } });
    await transaction.runObject.deleteMany({ where: { runId: id } });
    await transaction.runOutcome.deleteMany({ where: { runId: id } });
    await transaction.resultSegment.updateMany({ where: { runId: id }, data: { recipe: null } });
    await transaction.run.update({ where: { id }, data: { ...said, revision: { increment: 1 } } });
  }
}

/** Colours, objects and prompts of a run, to be created with another one. */
export async function saidOf(transaction: Prisma.TransactionClient, runId: string) {
  const include = { objects: true, prompts: true, keypointPrompts: true };
  const run = await transaction.run.findUniqueOrThrow({ where: { id: runId }, include });
  const { palette, objects, prompts, keypointPrompts } = run;
  return {
    palette,
    objects: {
      create: objects.map((object) => ({
        id: object.id,
        name: object.name,
        isTracedBack: object.isTracedBack,
        ...shapeOf(object),
      })),
    },
    keypointPrompts: {
      create: keypointPrompts.map(({ frame, objects: spokenOf, present, digest, said }) => {
        return { frame, objects: spokenOf, present, digest, said: said as Prisma.InputJsonArray };
      }),
    },
    prompts: {
      create: prompts.map(({ frame, objects: spokenOf, present, digest, maskKey }) => {
        return { frame, objects: spokenOf, present, digest, maskKey };
      }),
    },
  };
}
