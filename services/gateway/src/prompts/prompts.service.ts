import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, CodedError, type AnswerOf } from '@propago/contracts';
import { Database, lockVideo, type Prisma, type Prompt } from '@propago/database';
import { completePalette, encodeIndexedPng } from '@propago/labels';
import { NextSteps, planOf } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { EnqueueService } from '../runs/enqueue.service';
import { RunViewService } from '../runs/run-view.service';
import { lockRun, type LockedRun } from './lock-run';

/** What a request says about some objects on one frame. */
export interface SaidPrompt {
  frame: number;
  /** Ids of the objects that it speaks of, ascending; those without a pixel are not on the frame. */
  objects: number[];
  width: number;
  height: number;
  /** height x width, row-major object ids. */
  labels: Uint8Array;
}

/** The colours of a run's masks, red, green, blue by id. */
type Palette = Uint8Array | null;

/** A prompt in storage, as its row has it. */
export interface StoredPrompt {
  frame: number;
  objects: number[];
  present: number[];
  digest: string;
  maskKey: string;
}

/** What people say about the objects of a run: stored, changed, taken back. Each change gives the run a new revision. */
@Injectable()
export class PromptsService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
    private readonly news: News,
    private readonly view: RunViewService,
  ) {}

  /** Puts the mask of a prompt into storage. Its key follows from what it says, so that a repeated call does no harm. */
  async store(runId: string, said: SaidPrompt, palette: Palette): Promise<StoredPrompt> {
    const { frame, objects, width, height, labels: indices } = said;
    const digest = createHash('sha256').update(indices).update(objects.join()).digest('hex');
    const maskKey = blobKeys.prompt(runId, frame, digest);
    const png = encodeIndexedPng({ width, height, indices, palette: completePalette(palette) });
    await this.storage.put(maskKey, png);
    const pixels = new Set(indices);
    return { frame, objects, present: objects.filter((id) => pixels.has(id)), digest, maskKey };
  }

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
    if (!prompt) throw new CodedError('PROMPT_NOT_FOUND', `Run ${runId} has no prompt on frame ${frame}.`);
    return prompt;
  }

  /**
   * Says something new about a frame, in the place of what was said before.
   *
   * @param expected the revision that the change is based on; undefined: whichever there is
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, OBJECT_UNKNOWN, FRAME_NOT_FOUND
   */
  async put(runId: string, caller: Caller, said: SaidPrompt, expected?: number): Promise<void> {
    await this.view.mustExist(runId, caller);
    const { palette } = await this.database.run.findUniqueOrThrow({ where: { id: runId } });
    const stored = await this.store(runId, said, palette);
    await this.change(runId, expected, async (transaction, run) => {
      await this.assertKnown(transaction, run, said);
      const before = run.prompts.find(({ frame }) => frame === said.frame);
      if (before?.digest === stored.digest) return false;
      const id = { runId, frame: said.frame };
      await transaction.prompt.upsert({ where: { runId_frame: id }, create: { runId, ...stored }, update: stored });
      return true;
    });
  }

  /** @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, PROMPT_NOT_FOUND, PROMPT_NEEDED */
  async remove(runId: string, caller: Caller, frame: number, expected?: number): Promise<void> {
    await this.view.mustExist(runId, caller);
    await this.change(runId, expected, async (transaction, run) => {
      const prompt = run.prompts.find((each) => each.frame === frame);
      if (!prompt) throw new CodedError('PROMPT_NOT_FOUND', `Run ${runId} has no prompt on frame ${frame}.`);
      if (run.prompts.length === 1) {
        throw new CodedError(
          'PROMPT_NEEDED',
          'A run has at least one prompt; add another one before, or delete the run.',
        );
      }
      // Its mask stays in storage until the run goes: the change may be taken back at the same moment.
      await transaction.prompt.delete({ where: { runId_frame: { runId, frame } } });
      return true;
    });
  }

  /**
   * One change of the prompts, alone with the run: the revision grows, an outcome is taken back, and the masks that it
   * outdates are marked.
   *
   * @param apply returns whether anything changed
   */
  private async change(
    runId: string,
    expected: number | undefined,
    apply: (transaction: Prisma.TransactionClient, run: LockedRun) => Promise<boolean>,
  ): Promise<void> {
    const hasChanged = await this.database.$transaction(async (transaction) => {
      const { featureSet } = await transaction.run.findUniqueOrThrow({
        where: { id: runId },
        include: { featureSet: true },
      });
      // The janitor removes features and labels of runs that are over under this lock.
      await lockVideo(transaction, featureSet.videoSha256);
      const run = await lockRun(transaction, runId);
      if (expected !== undefined && expected !== run.revision) {
        throw new CodedError('REVISION_CONFLICT', `The run is at revision ${run.revision}, not ${expected}.`);
      }
      if (!(await apply(transaction, run))) return false;
      await transaction.run.update({ where: { id: runId }, data: { revision: { increment: 1 } } });
      await transaction.runOutcome.deleteMany({ where: { runId } });
      await markOutdated(transaction, runId);
      return true;
    });
    if (!hasChanged) return;
    await this.enqueue.nowOrLater(runId, this.next.runPrompted(runId));
    this.news.state(runId);
  }

  private async assertKnown(
    transaction: Prisma.TransactionClient,
    run: LockedRun,
    { frame, objects }: SaidPrompt,
  ): Promise<void> {
    const known = new Set(run.objects.map(({ id }) => id));
    const unknown = objects.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw new CodedError(
        'OBJECT_UNKNOWN',
        `The run has the objects ${[...known].join(', ')} and not ${unknown.join(', ')}; add an object before it is prompted.`,
      );
    }
    const table = await transaction.frameTable.findFirst({
      where: { video: { featureSets: { some: { id: run.featureSetId } } } },
    });
    if (table && frame >= table.frameCount) {
      throw new CodedError(
        'FRAME_NOT_FOUND',
        `The video has ${table.frameCount} frames, 0 to ${table.frameCount - 1}.`,
      );
    }
  }
}

/** Masks of other recipes than the prompts ask for now; they are served until new ones are there. */
async function markOutdated(transaction: Prisma.TransactionClient, runId: string): Promise<void> {
  const plan = await planOf(transaction, runId);
  const index = { in: plan!.outdated };
  await transaction.resultSegment.updateMany({ where: { runId, index }, data: { recipe: null } });
}
