import { CodedError } from '@propago/contracts';
import type { Prisma } from '@propago/database';

/**
 * Refuses prompts on frames that a video is known not to have. How many it has shows when it has been decoded to its end; a
 * prompt of before that ends its run if it turns out to lie beyond.
 *
 * @throws CodedError FRAME_NOT_FOUND
 */
export async function assertHasFrames(
  transaction: Prisma.TransactionClient,
  videoSha256: string,
  frames: readonly number[],
): Promise<void> {
  const table = await transaction.frameTable.findUnique({ where: { videoSha256 } });
  const beyond = table ? frames.find((frame) => frame >= table.frameCount) : undefined;
  if (!table || beyond === undefined) return;
  throw new CodedError(
    'FRAME_NOT_FOUND',
    `A prompt is for frame ${beyond}, and the video has ${table.frameCount} frames, 0 to ${table.frameCount - 1}.`,
  );
}
