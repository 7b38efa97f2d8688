import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { RunViewService } from '../runs/run-view.service';
import type { LockedRun } from './lock-run';
import {
  assertObjectCount,
  assertPoints,
  describedShape,
  shapeOf,
  viewOfObject,
  withColours,
  type NewObject,
  type ObjectChange,
} from './object-body';
import { assertNotLast } from './prompts.service';
import { withoutObject } from './said-keypoints';
import { RunChangeService } from './run-change.service';
import { StoredPrompts } from './stored-prompts.service';

/** What is tracked in a run. */
@Injectable()
export class ObjectsService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
    private readonly stored: StoredPrompts,
    private readonly changes: RunChangeService,
    private readonly view: RunViewService,
  ) {}

  /** @throws CodedError RUN_NOT_FOUND */
  async list(runId: string, caller: Caller): Promise<AnswerOf<'RunObjectList'>> {
    await this.view.mustExist(runId, caller);
    const include = { objects: { orderBy: { id: 'asc' } } } as const;
    const { objects, palette } = await this.database.run.findUniqueOrThrow({ where: { id: runId }, include });
    return { items: objects.map((object) => viewOfObject(object, palette)) };
  }

  /** @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, OBJECT_EXISTS, MASK_TOO_MANY_CLASSES, KEYPOINT… */
  async add(
    runId: string,
    { id: wanted, colour, points, skeleton, ...rest }: NewObject,
  ): Promise<AnswerOf<'RunObject'>> {
    let added!: AnswerOf<'RunObject'>;
    await this.changes.change(runId, undefined, async (transaction, { objects, palette }) => {
      const taken = new Set(objects.map(({ id }) => id));
      assertObjectCount(taken.size + 1, this.config.MAX_CLASSES);
      if (wanted !== undefined && taken.has(wanted)) {
        throw new CodedError('OBJECT_EXISTS', `The run has an object ${wanted} already.`);
      }
      let id = wanted ?? 1;
      while (taken.has(id)) id++;
      const shape = describedShape({ points, skeleton });
      assertPoints([...objects.map(shapeOf), shape], this.config.MAX_KEYPOINTS);
      const object = await transaction.runObject.create({ data: { runId, id, ...shape, ...rest } });
      const colours = withColours(palette, [{ id, colour }]);
      // No mask has a pixel of it yet, so that none is outdated by its colour.
      if (colour !== undefined) {
        await transaction.run.update({ where: { id: runId }, data: { palette: Buffer.from(colours) } });
      }
      added = viewOfObject(object, colours);
      return 'nothing';
    });
    return added;
  }

  /** @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, OBJECT_NOT_FOUND */
  async update(runId: string, id: number, { colour, ...data }: ObjectChange): Promise<AnswerOf<'RunObject'>> {
    let changed!: AnswerOf<'RunObject'>;
    await this.changes.change(runId, undefined, async (transaction, run) => {
      const before = objectOf(run, id);
      const object = await transaction.runObject.update({ where: { runId_id: { runId, id } }, data });
      const colours = withColours(run.palette, [{ id, colour }]);
      const isRecoloured = !completed(run).equals(colours);
      if (isRecoloured) await transaction.run.update({ where: { id: runId }, data: { palette: Buffer.from(colours) } });
      changed = viewOfObject(object, colours);
      const isPrompted = [...run.prompts, ...run.keypointPrompts].some(({ objects }) => objects.includes(id));
      if (!isPrompted) return 'nothing';
      if (isRecoloured) return 'all-masks';
      return object.isTracedBack === before.isTracedBack ? 'nothing' : 'by-prompts';
    });
    return changed;
  }

  /**
   * Removes an object and all that prompts say of it; a prompt that speaks of no other goes with it.
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, OBJECT_NOT_FOUND, PROMPT_NEEDED
   */
  async remove(runId: string, id: number, expected?: number): Promise<void> {
    await this.changes.change(runId, expected, async (transaction, run) => {
      objectOf(run, id);
      const all = [...run.prompts, ...run.keypointPrompts];
      const ofIt = all.filter(({ objects }) => objects.includes(id));
      const gone = ofIt.filter(({ objects }) => objects.length === 1);
      assertNotLast(all.length - gone.length);
      for (const prompt of run.keypointPrompts.filter((one) => ofIt.includes(one))) {
        const where = { runId_frame: { runId, frame: prompt.frame } };
        const rest = withoutObject(prompt, id);
        if (rest) await transaction.keypointPrompt.update({ where, data: rest });
        else await transaction.keypointPrompt.delete({ where });
      }
      for (const prompt of run.prompts.filter((one) => ofIt.includes(one))) {
        const where = { runId_frame: { runId, frame: prompt.frame } };
        const rest = await this.stored.without(runId, prompt, id, run.palette);
        if (rest) await transaction.prompt.update({ where, data: rest });
        else await transaction.prompt.delete({ where });
      }
      await transaction.runObject.delete({ where: { runId_id: { runId, id } } });
      return ofIt.length > 0 ? 'by-prompts' : 'nothing';
    });
  }
}

function completed({ palette }: LockedRun): Buffer {
  return Buffer.from(withColours(palette, []));
}

/** @throws CodedError OBJECT_NOT_FOUND */
function objectOf({ objects, id: runId }: LockedRun, id: number) {
  const object = objects.find((each) => each.id === id);
  if (!object) throw new CodedError('OBJECT_NOT_FOUND', `Run ${runId} has no object ${id}.`);
  return object;
}
