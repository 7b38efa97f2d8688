import { Inject, Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { CONFIG, type ConfigOf } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { RunViewService } from '../runs/run-view.service';
import { lockRun } from './lock-run';

/** An object as a request describes it. */
interface NewObject {
  id?: number;
  name?: string;
  isTracedBack?: boolean;
  points?: string[];
  skeleton?: string[][];
}

/** What is tracked in a run. */
@Injectable()
export class ObjectsService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    private readonly database: Database,
    private readonly view: RunViewService,
  ) {}

  /** @throws CodedError RUN_NOT_FOUND */
  async list(runId: string, caller: Caller): Promise<AnswerOf<'RunObjectList'>> {
    await this.view.mustExist(runId, caller);
    const rows = await this.database.runObject.findMany({ where: { runId }, orderBy: { id: 'asc' } });
    return { items: rows.map(viewOf) };
  }

  /**
   * Adds an object that is labelled with masks or, where it has points, with key points.
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, OBJECT_EXISTS, MASK_TOO_MANY_CLASSES, KEYPOINT…
   */
  async add(runId: string, { id: wanted, points = [], skeleton = [], ...rest }: NewObject): Promise<AnswerOf<'RunObject'>> {
    return this.database.$transaction(async (transaction) => {
      const { objects } = await lockRun(transaction, runId);
      const taken = new Set(objects.map(({ id }) => id));
      const { MAX_CLASSES, MAX_KEYPOINTS } = this.config;
      const shape = { points, skeleton };
      if (points.length > 0) assertShapes([...objects.filter(({ kind }) => kind === 'keypoints').map(shapeOf), shape], MAX_KEYPOINTS);
      if (taken.size >= MAX_CLASSES) {
        throw new CodedError('MASK_TOO_MANY_CLASSES', `A run has at most ${MAX_CLASSES} objects.`);
      }
      if (wanted !== undefined && taken.has(wanted)) {
        throw new CodedError('OBJECT_EXISTS', `The run has an object ${wanted} already.`);
      }
      let id = wanted ?? 1;
      while (taken.has(id)) id++;
      const kind = points.length > 0 ? 'keypoints' : 'mask';
      return viewOf(await transaction.runObject.create({ data: { runId, id, kind, ...shape, ...rest } }));
    });
  }
}
