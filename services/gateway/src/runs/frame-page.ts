import type { AnswerOf, TrackedKeypoints } from '@propago/contracts';
import type { Database } from '@propago/database';
import type { VideoProbe } from '@propago/video';
import { frameCursor } from '../http/paging';

type FrameClasses = AnswerOf<'FramePage'>['items'][number]['classes'];

/** Frames of a run with what was found on them, in their order. @param most of a page; @param cursor `next` of the one before */
export async function framePage(
  database: Database,
  { runId, timeBase }: { runId: string; timeBase: VideoProbe['timeBase'] },
  { most, cursor }: { most: number; cursor: string | undefined },
): Promise<AnswerOf<'FramePage'>> {
  const rows = await database.frameResult.findMany({
    where: { runId, ...(cursor === undefined ? {} : { frame: { gt: frameCursor(cursor) } }) },
    orderBy: { frame: 'asc' },
    take: most + 1,
  });
  const items = rows.slice(0, most).map(({ frame, pts, keyFrame, name, confidence, revision, classes, keypoints }) => ({
    index: frame,
    pts: Number(pts),
    seconds: (Number(pts) * timeBase.num) / timeBase.den,
    keyFrame,
    ...(name === null ? {} : { name }),
    confidence,
    revision,
    classes: classes as FrameClasses,
    keypoints: keypoints as TrackedKeypoints[],
  }));
  return { timeBase, items, next: rows.length > most ? String(items.at(-1)!.index) : null };
}
