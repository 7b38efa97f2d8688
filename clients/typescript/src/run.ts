import { unzipSync } from 'fflate';
import { allItems, type Api, type Schemas } from './api.js';
import { good, PropagoError } from './errors.js';
import { runEvents, untilEnded, type RunEvent } from './events.js';
import { Export, makeExport, type ExportFormat, type ExportOptions } from './exports.js';
import { maskOf, pngOf, type Labels, type Mask } from './labels.js';
import { ServerFile } from './server-file.js';

type Frame = Schemas['FramePage']['items'][number];
type Suggestion = Schemas['SuggestionList']['items'][number];
type Prompt = Schemas['PromptList']['items'][number];

/** What there is to say of a correction besides the labels. */
export interface Correction {
  /** Ids of objects that are not on the frame, beside a mask. */
  absent?: number[];
  /** nearest: a mask of another size is scaled. */
  fit?: 'exact' | 'nearest';
  /** Of the run, that it is based on; PropagoError REVISION_CONFLICT where it is another one. */
  revision?: number;
}

/** A run on the server. */
export class Run {
  constructor(
    private readonly api: Api,
    /** What the server says of it, as it was last asked; `refresh` asks again. */
    public info: Schemas['Run'],
  ) {}

  get id(): string {
    return this.info.id;
  }

  get state(): Schemas['Run']['state'] {
    return this.info.state;
  }

  private get path() {
    return { id: this.id };
  }

  async refresh(): Promise<this> {
    this.info = await good(this.api.GET('/v1/runs/{id}', { params: { path: this.path } }));
    return this;
  }

  /** What happens to the run: state, progress of each stage, estimate; the last one is that of its end. */
  events(): AsyncGenerator<RunEvent> {
    return runEvents(this.api, this.id);
  }

  /** Waits until it has ended. @throws PropagoError with the run's code where it has failed */
  async wait(): Promise<this> {
    await untilEnded(this.api, this.id);
    const { error } = (await this.refresh()).info;
    if (error) throw new PropagoError(error);
    return this;
  }

  /** Index, time stamp, and area, confidence, run lengths and key points of each object, of the frames that are done. */
  frames(): AsyncGenerator<Frame> {
    const page = (cursor: string | undefined) =>
      good(this.api.GET('/v1/runs/{id}/frames', { params: { path: this.path, query: { limit: 500, cursor } } }));
    return allItems(page);
  }

  /** The mask of a frame, there as soon as the frame is done. */
  async mask(frame: number): Promise<Mask> {
    const params = { path: { id: this.id, frame } };
    const address = '/v1/runs/{id}/frames/{frame}/mask.png';
    const file = new ServerFile((parseAs) => this.api.GET(address, { params, parseAs }));
    return maskOf(await file.bytes());
  }

  /** The mask of each frame, of a run that has succeeded. */
  async *masks(): AsyncGenerator<{ index: number; mask: Mask }> {
    const params = { path: this.path };
    const file = new ServerFile((parseAs) => this.api.GET('/v1/runs/{id}/masks.zip', { params, parseAs }));
    const archive = unzipSync(await file.bytes());
    for (const [index, png] of Object.values(archive).entries()) yield { index, mask: maskOf(png) };
  }

  /** Id, name, colour and key points of each object. */
  async objects(): Promise<Schemas['RunObject'][]> {
    return (await good(this.api.GET('/v1/runs/{id}/objects', { params: { path: this.path } }))).items;
  }

  /** What has been said about frames. */
  async prompts(): Promise<Prompt[]> {
    return (await good(this.api.GET('/v1/runs/{id}/prompts', { params: { path: this.path } }))).items;
  }

  /**
   * Says how a frame is; masks around it are made again, and `wait` waits for them. Objects that the labels do not name
   * are not spoken of.
   */
  async correct(frame: number, labels: Labels, { absent, fit, revision }: Correction = {}): Promise<this> {
    const params = {
      path: { id: this.id, frame },
      query: { fit, absent: absent?.join() },
      header: revision === undefined ? {} : { 'If-Match': `"${revision}"` },
    };
    const png = pngOf(labels);
    const body = png ?? { objects: labels };
    const content = png ? { bodySerializer: () => png, headers: { 'content-type': 'image/png' } } : {};
    const address = '/v1/runs/{id}/prompts/{frame}';
    this.info = await good(this.api.PUT(address, { params, body: body as never, ...content }));
    return this;
  }

  /** Takes back what was said about a frame. */
  async retract(frame: number): Promise<this> {
    const params = { path: { id: this.id, frame } };
    this.info = await good(this.api.DELETE('/v1/runs/{id}/prompts/{frame}', { params }));
    return this;
  }

  /** The frames that are worth a look, the best first, with objects, expected gain and reason. */
  async suggestions(count = 5): Promise<Suggestion[]> {
    const params = { path: this.path, query: { count } };
    return (await good(this.api.GET('/v1/runs/{id}/suggestions', { params }))).items;
  }

  /** A file for other programs, once it is made. @param format one of docs/formats.md */
  export(format: ExportFormat, options: ExportOptions = {}): Promise<Export> {
    return makeExport(this.api, this.id, format, options);
  }

  /** The video with its labels painted over it, an mp4. */
  overlay(): ServerFile {
    const params = { path: this.path };
    return new ServerFile((parseAs) => this.api.GET('/v1/runs/{id}/overlay.mp4', { params, parseAs }));
  }

  /** Stops it. @throws PropagoError RUN_FINISHED where it has ended */
  async cancel(): Promise<this> {
    this.info = await good(this.api.POST('/v1/runs/{id}/cancel', { params: { path: this.path } }));
    return this;
  }

  /** Stops it, and removes everything of it; its video stays. */
  async delete(): Promise<void> {
    await good(this.api.DELETE('/v1/runs/{id}', { params: { path: this.path } }));
  }
}
