import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { assertStorable, CodedError, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import { parseBody } from '../http/parse-body';
import { MOST_PROMPTS } from '../http/upload-limits';
import { maskLimits } from '../runs/mask-limits';
import { byKind, type SaidPoints } from './by-kind';
import { drawPrompt } from './draw-prompt';
import { labelsOf, objectsFor, onFrames, promptsOf } from './file-labels';
import { assertHasFrames } from './frames-of-video';
import { knownPoints } from './known-points';
import { assertObjectCount, assertPoints, describedShape, objectList, shapeOf, viewOfObject } from './object-body';
import { assertSame } from './prompts.service';
import { RunChangeService } from './run-change.service';
import { saidKeypoints } from './said-keypoints';
import type { SentFile } from './sent-file';
import { StoredPrompts, type StoredPrompt } from './stored-prompts.service';

/** Files of other programs as prompts of a run: all frames of one in one change. */
@Injectable()
export class PromptImportService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
    private readonly stored: StoredPrompts,
    private readonly changes: RunChangeService,
  ) {}

  /**
   * @param wanted the frames to take; undefined: all that the file speaks of
   * @param expected the revision that the change is based on; undefined: whichever there is
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, OBJECT_KIND_MISMATCH, FRAME_NOT_FOUND, MASK_…,
   *   KEYPOINT…, ANNOTATIONS_INVALID
   */
  async take(
    runId: string,
    file: SentFile,
    { wanted, expected }: { wanted?: readonly number[] | undefined; expected?: number | undefined },
  ): Promise<AnswerOf<'PromptImport'>> {
    const include = { objects: true, featureSet: { include: { video: true } } };
    const { objects, featureSet, palette } = await this.database.run.findUniqueOrThrow({
      where: { id: runId },
      include,
    });
    const whole = labelsOf(file);
    const labels = wanted ? onFrames(whole, wanted) : whole;
    if (labels.frames.length > MOST_PROMPTS) {
      const detail = `The file speaks of ${labels.frames.length} frames; at most ${MOST_PROMPTS} are taken at once: say which by frames.`;
      throw new CodedError('UPLOAD_TOO_LARGE', detail);
    }
    const { ids, added } = objectsFor(labels, objects);
    assertStorable(added, 'the file');
    const described = parseBody(objectList, added, 'the objects of the file');
    const news = described.map(({ id, name = null, ...shape }) => ({ id, name, ...describedShape(shape) }));
    assertObjectCount(objects.length + news.length, this.config.MAX_CLASSES);
    const all = [...objects.map((one) => ({ id: one.id, ...shapeOf(one) })), ...news];
    assertPoints(all, this.config.MAX_KEYPOINTS);
    const sent = promptsOf(labels, ids);
    await assertHasFrames(
      this.database,
      featureSet.videoSha256,
      sent.map(({ frame }) => frame),
    );

    const kindOf = new Map(all.map(({ id, kind }) => [id, kind]));
    const names = new Map([...objects, ...news].map(({ id, points }) => [id, points]));
    const video = featureSet.video.probe as unknown as VideoProbe;
    const canvas = { frames: video, fit: 'exact', limits: maskLimits(this.config) } as const;
    const masks: StoredPrompt[] = [];
    const keypoints: { frame: number; points: SaidPoints[] }[] = [];
    for (const prompt of sent) {
      // A picture takes tens of milliseconds; others have their turn in between.
      await setImmediate();
      const by = byKind(prompt, (id) => kindOf.get(id));
      if (by.points.length > 0) keypoints.push({ frame: prompt.frame, points: by.points });
      const drawn = by.masks && drawPrompt(by.masks, canvas);
      if (drawn && drawn.objects.length > 0) masks.push(await this.stored.store(runId, drawn, palette));
    }
    if (masks.length + keypoints.length === 0) {
      throw new CodedError('MASK_EMPTY', 'No shape of the file holds a pixel of a frame.');
    }

    await this.changes.change(runId, expected, async (transaction, run) => {
      const known = objects.map(({ id }) => id).filter((id) => [...ids.values()].includes(id));
      assertSame(run.objects, { objects, ids: known });
      if (run.objects.some(({ id }) => news.some((one) => one.id === id))) {
        throw new CodedError(
          'REVISION_CONFLICT',
          'The objects of the run have been changed since; send the file again.',
        );
      }
      await transaction.runObject.createMany({ data: news.map((one) => ({ runId, ...one })) });
      for (const stored of masks) {
        const where = { runId_frame: { runId, frame: stored.frame } };
        await transaction.prompt.upsert({ where, create: { runId, ...stored }, update: stored });
      }
      for (const { frame, points } of keypoints) {
        const where = { runId_frame: { runId, frame } };
        const before = await knownPoints(transaction, run, { frame, said: points, names });
        const said = saidKeypoints(frame, points, { names, video, known: before });
        await transaction.keypointPrompt.upsert({ where, create: { runId, ...said }, update: said });
      }
      return 'by-prompts';
    });

    const { revision, ...after } = await this.database.run.findUniqueOrThrow({
      where: { id: runId },
      include: { objects: { orderBy: { id: 'asc' } } },
    });
    const spoken = new Set([
      ...masks.flatMap((one) => one.objects),
      ...keypoints.flatMap(({ points }) => points.map(({ id }) => id)),
    ]);
    return {
      revision,
      frames: [...new Set([...masks, ...keypoints].map(({ frame }) => frame))].sort((a, b) => a - b),
      objects: after.objects.filter(({ id }) => spoken.has(id)).map((one) => viewOfObject(one, after.palette)),
    };
  }
}
