import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Database, type Prompt } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import type { Caller } from '../access/caller';
import { maskLimits } from '../runs/mask-limits';
import type { Fit } from '../runs/mask-size';
import { RunViewService } from '../runs/run-view.service';
import { drawPrompt } from './draw-prompt';
import { assertHasFrames } from './frames-of-video';
import type { LockedRun } from './lock-run';
import type { SentPrompt } from './prompt-body';
import { RunChangeService } from './run-change.service';
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
    const include = { prompts: { orderBy: { frame: 'asc' } } } as const;
    const { revision, prompts } = await this.database.run.findUniqueOrThrow({ where: { id: runId }, include });
    const items = prompts.map(({ frame, objects, present }) => ({
      frame,
      objects: objects.map((id) => ({ id, isAbsent: !present.includes(id) })),
    }));
    return { revision, items };
  }

  /** @throws CodedError RUN_NOT_FOUND, PROMPT_NOT_FOUND */
  async on(runId: string, caller: Caller, frame: number): Promise<Prompt> {
    await this.view.mustExist(runId, caller);
    const prompt = await this.database.prompt.findUnique({ where: { runId_frame: { runId, frame } } });
    if (!prompt) throw noPrompt(runId, frame);
    return prompt;
  }

  /**
   * Says something new about a frame, in the place of what was said before.
   *
   * @param expected the revision that the change is based on; undefined: whichever there is
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, OBJECT_UNKNOWN, FRAME_NOT_FOUND, MASK_…
   */
  async put(runId: string, sent: SentPrompt, { fit, expected }: { fit: Fit; expected?: number }): Promise<void> {
    const include = { featureSet: { include: { video: true } } };
    const { featureSet } = await this.database.run.findUniqueOrThrow({ where: { id: runId }, include });
    const frames = featureSet.video.probe as unknown as VideoProbe;
    const drawn = drawPrompt(sent, { frames, fit, limits: maskLimits(this.config) });
    await this.changes.change(runId, expected, async (transaction, run) => {
      assertKnown(run, drawn.objects);
      await assertHasFrames(transaction, run.featureSetId, [drawn.frame]);
      const before = run.prompts.find(({ frame }) => frame === drawn.frame);
      const stored = await this.stored.store(runId, drawn, run.palette);
      if (before?.digest === stored.digest) return 'nothing';
      const id = { runId, frame: drawn.frame };
      await transaction.prompt.upsert({ where: { runId_frame: id }, create: { runId, ...stored }, update: stored });
      return 'by-prompts';
    });
  }

  /** @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, PROMPT_NOT_FOUND, PROMPT_NEEDED */
  async remove(runId: string, frame: number, expected?: number): Promise<void> {
    await this.changes.change(runId, expected, async (transaction, run) => {
      if (!run.prompts.some((each) => each.frame === frame)) throw noPrompt(runId, frame);
      assertNotLast(run.prompts.length - 1);
      // Its mask stays in storage until the run goes: the change may be taken back at the same moment.
      await transaction.prompt.delete({ where: { runId_frame: { runId, frame } } });
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

function assertKnown(run: LockedRun, objects: readonly number[]): void {
  const known = new Set(run.objects.map(({ id }) => id));
  const unknown = objects.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new CodedError(
    'OBJECT_UNKNOWN',
    `The run has the objects ${[...known].join(', ')} and not ${unknown.join(', ')}; add an object before it is prompted.`,
  );
}
