import { allItems, type Api, type Schemas } from './api.js';
import { good } from './errors.js';
import type { paths } from './generated/api.js';
import { pngOf, type Labels } from './labels.js';
import { Run } from './run.js';
import { Video, type Videos } from './videos.js';

type Filters = Omit<NonNullable<paths['/v1/runs']['get']['parameters']['query']>, 'limit' | 'cursor'>;

/** What there is to say of a new run besides its video and prompts; more than `RunOptions`, which these are. */
export type NewRun = Schemas['RunOptions'] & {
  /** Key points as JSON, or as the text of a file of COCO or DeepLabCut. */
  keypoints?: string | object;
  /** Names and colours. */
  objects?: Schemas['RunRequest']['objects'];
  /** nearest: masks of another size are scaled. */
  fit?: 'exact' | 'nearest';
  /** The same request with the same key starts one run. */
  idempotencyKey?: string;
};

/** The runs of the tenant. */
export class Runs {
  constructor(
    private readonly api: Api,
    private readonly videos: Videos,
  ) {}

  /**
   * Starts a run.
   * @param video one on the server, its id, or a file, which is sent first and stays on the server for more runs
   * @param prompts labels by frame: `{ 0: mask, 57: png }`
   * @throws PropagoError what is refused, for example MASK_SIZE_MISMATCH
   */
  async create(video: Video | string | Blob, prompts: Record<number, Labels>, about: NewRun = {}): Promise<Run> {
    const { keypoints, objects, fit, idempotencyKey, ...options } = about;
    const form = new FormData();
    form.append('options', JSON.stringify(options));
    const said = [];
    for (const [frame, labels] of Object.entries(prompts)) {
      const png = pngOf(labels);
      if (png) form.append(`mask@${frame}`, png, `${frame}.png`);
      else said.push({ frame: Number(frame), objects: labels });
    }
    if (said.length > 0) form.append('prompts', JSON.stringify(said));
    if (objects) form.append('objects', JSON.stringify(objects));
    if (keypoints) form.append('keypoints', typeof keypoints === 'string' ? keypoints : JSON.stringify(keypoints));
    if (fit) form.append('fit', fit);
    form.append('videoId', await this.videoId(video));
    const header = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey };
    return new Run(this.api, await good(this.api.POST('/v1/runs', { params: { header }, body: form as never })));
  }

  private async videoId(video: Video | string | Blob): Promise<string> {
    if (typeof video === 'string') return video;
    return (video instanceof Video ? video : await this.videos.create(video)).id;
  }

  async get(id: string): Promise<Run> {
    return new Run(this.api, await good(this.api.GET('/v1/runs/{id}', { params: { path: { id } } })));
  }

  /** Runs, the newest first. */
  async *list(filters: Filters = {}): AsyncGenerator<Run> {
    const page = (cursor: string | undefined) =>
      good(this.api.GET('/v1/runs', { params: { query: { ...filters, limit: 200, cursor } } }));
    for await (const info of allItems(page)) yield new Run(this.api, info);
  }
}
