import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf, type SaidKeypoints } from '@propago/contracts';
import { Database, type Prompt, type RunObject } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import type { Caller } from '../access/caller';
import { maskLimits } from '../runs/mask-limits';
import type { Fit } from '../runs/mask-size';
import { RunViewService } from '../runs/run-view.service';
import { byKind } from './by-kind';
import { drawPrompt } from './draw-prompt';
import { saidInFile } from './file-labels';
import { assertHasFrames } from './frames-of-video';
import { knownPoints } from './known-points';
import { shapeOf } from './object-body';
import { objectsOf, type SentPrompt } from './prompt-body';
import type { SentFile } from './sent-file';
import { RunChangeService, type Outdated } from './run-change.service';
import { saidKeypoints } from './said-keypoints';
import { StoredPrompts } from './stored-prompts.service';

/** What people say about the objects of a run: stored, changed, taken back. Each change gives the run a new revision. */
@Injectable()
export class PromptsService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
    private readonly stored: StoredPrompts,
    private readonly changes: RunChangeService,
    private readonly view: RunViewService,
  ) {}

  /** @throws CodedError RUN_NOT_FOUND */
  async list(runId: string, caller: Caller): Promise<AnswerOf<'PromptList'>> {
    await this.view.mustExist(runId, caller);
    const include = { prompts: true, keypointPrompts: true };
    const { revision, ...said } = await this.database.run.findUniqueOrThrow({ where: { id: runId }, include });
    const items = new Map<number, AnswerOf<'PromptList'>['items'][number]>();
    for (const prompt of [...said.prompts, ...said.keypointPrompts]) {
      const { frame, objects, present } = prompt;
      const points = 'said' in prompt ? (prompt.said as unknown as SaidKeypoints[]) : [];
      const before = items.get(frame)?.objects ?? [];
      const views = objects.map((id) => {
        const own = points.find((object) => object.id === id);
        return { id, isAbsent: !present.includes(id), ...(own ? { points: own.points } : {}) };
      });
      items.set(frame, { frame, objects: [...before, ...views].sort((a, b) => a.id - b.id) });
    }
    return { revision, items: [...items.values()].sort((a, b) => a.frame - b.frame) };
  }

  /** @throws CodedError RUN_NOT_FOUND, PROMPT_NOT_FOUND */
  async on(runId: string, caller: Caller, frame: number): Promise<Prompt> {
    await this.view.mustExist(runId, caller);
    const prompt = await this.database.prompt.findUnique({ where: { runId_frame: { runId, frame } } });
    if (!prompt) throw noPrompt(runId, frame);
    return prompt;
  }

  /**
   * Says something new about a frame, in the place of what was said before by masks, by key points, or by both: whichever
   * it says something by.
   *
   * @param expected the revision that the change is based on; undefined: whichever there is
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, OBJECT_UNKNOWN, OBJECT_KIND_MISMATCH, FRAME_NOT_FOUND,
   *   MASK_…, KEYPOINT…, ANNOTATIONS_INVALID
   */
  async put(
    runId: string,
    frame: number,
    sent: SentPrompt | SentFile,
    { fit, expected }: { fit: Fit; expected?: number },
  ): Promise<void> {
    const include = { objects: true, featureSet: { include: { video: true } } };
    const { objects, featureSet } = await this.database.run.findUniqueOrThrow({ where: { id: runId }, include });
    const frames = featureSet.video.probe as unknown as VideoProbe;
    const prompt = 'said' in sent ? sent : saidInFile(sent, frame, objects);
    assertKnown(objects, objectsOf(prompt));
    const kindOf = new Map(objects.map((object) => [object.id, shapeOf(object).kind]));
    const { masks, points } = byKind(prompt, (id) => kindOf.get(id));
    const drawn = masks && drawPrompt(masks, { frames, fit, limits: maskLimits(this.config) });
    if (drawn?.objects.length === 0)
      throw new CodedError('MASK_EMPTY', 'No shape of the file holds a pixel of the frame.');
    const names = new Map(objects.map((object) => [object.id, object.points]));
    await this.changes.change(runId, expected, async (transaction, run) => {
      assertSame(run.objects, { objects, ids: objectsOf(prompt) });
      await assertHasFrames(transaction, featureSet.videoSha256, [frame]);
      const where = { runId_frame: { runId, frame } };
      let outdated: Outdated = 'nothing';
      const isNew = (before: { frame: number; digest: string }[], digest: string) =>
        !before.some((each) => each.frame === frame && each.digest === digest);
      if (drawn) {
        const stored = await this.stored.store(runId, drawn, run.palette);
        if (isNew(run.prompts, stored.digest)) {
          await transaction.prompt.upsert({ where, create: { runId, ...stored }, update: stored });
          outdated = 'by-prompts';
        }
      }
      if (points.length === 0) return outdated;
      const known = await knownPoints(transaction, run, { frame, said: points, names });
      const said = saidKeypoints(frame, points, { names, video: frames, known });
      if (isNew(run.keypointPrompts, said.digest)) {
        await transaction.keypointPrompt.upsert({ where, create: { runId, ...said }, update: said });
        outdated = 'by-prompts';
      }
      return outdated;
    });
  }

  /** @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, PROMPT_NOT_FOUND, PROMPT_NEEDED */
  async remove(runId: string, frame: number, expected?: number): Promise<void> {
    await this.changes.change(runId, expected, async (transaction, run) => {
      const all = [...run.prompts, ...run.keypointPrompts];
      const others = all.filter((each) => each.frame !== frame);
      if (others.length === all.length) throw noPrompt(runId, frame);
      assertNotLast(others.length);
      // Its mask stays in storage until the run goes: the change may be taken back at the same moment.
      await transaction.prompt.deleteMany({ where: { runId, frame } });
      await transaction.keypointPrompt.deleteMany({ where: { runId, frame } });
      return 'by-prompts';
    });
  }
}

/** @throws CodedError PROMPT_NEEDED when no prompt would be left */
export function assertNotLast(left: number): void {
  if (left > 0) return;
  throw new CodedError('PROMPT_NEEDED', 'A run has at least one prompt; add another one before, or delete the run.');
}

function noPrompt(runId: string, frame: number): CodedError {
  return new CodedError('PROMPT_NOT_FOUND', `Run ${runId} has no prompt on frame ${frame}.`);
}

/** An object may have gone since a prompt was read, and another one have come in its place. */
export function assertSame(
  now: readonly RunObject[],
  { objects, ids }: { objects: readonly RunObject[]; ids: number[] },
): void {
  const shapes = (all: readonly RunObject[]) =>
    all.filter(({ id }) => ids.includes(id)).map(({ id, points }) => ({ id, points }));
  assertKnown(now, ids);
  if (isDeepStrictEqual(byId(shapes(now)), byId(shapes(objects)))) return;
  throw new CodedError('REVISION_CONFLICT', 'The objects of the run have been changed since; send the prompt again.');
}

const byId = <T extends { id: number }>(all: T[]): T[] => all.sort((a, b) => a.id - b.id);

function assertKnown(all: readonly RunObject[], objects: readonly number[]): void {
  const known = new Set(all.map(({ id }) => id));
  const unknown = objects.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new CodedError(
    'OBJECT_UNKNOWN',
    `The run has the objects ${[...known].join(', ')} and not ${unknown.join(', ')}; add an object before it is prompted.`,
  );
}
