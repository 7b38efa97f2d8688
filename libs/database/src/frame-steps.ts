import type { FrameSteps } from '@propago/contracts';
import type { Database } from './database';
import { Prisma } from './generated/client';

/** {@link FrameSteps} of the frames that are known of a video, as JSON. @param video its SHA-256, an expression of SQL */
export function frameStepsJson(video: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(SELECT json_build_object('count', count(*), 'ticks', coalesce(sum(step), 0))
    FROM (SELECT pts - lag(pts) OVER (ORDER BY index) AS step FROM "VideoFrame" WHERE "videoSha256" = ${video}) AS steps
    WHERE step > 0)`;
}

export async function frameStepsOf(database: Database, videoSha256: string): Promise<FrameSteps> {
  const rows = await database.$queryRaw<{ steps: FrameSteps }[]>`
    SELECT ${frameStepsJson(Prisma.sql`${videoSha256}`)} AS steps`;
  return rows[0]!.steps;
}
