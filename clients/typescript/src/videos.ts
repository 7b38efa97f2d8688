import { allItems, type Api, type Schemas } from './api.js';
import { good, PropagoError } from './errors.js';
import { sleep } from './patient-fetch.js';
import { ServerFile } from './server-file.js';
import type { SentFile } from './uploads.js';

export type VideoFrame = Schemas['VideoFramePage']['items'][number];

/** A video on the server. */
export class Video {
  constructor(
    private readonly api: Api,
    /** What the server says of it, as it was last asked. */
    readonly info: Schemas['Video'],
  ) {}

  get id(): string {
    return this.info.id;
  }

  /**
   * Index, time stamp and key frames, as they become known: the first request has the video decoded.
   * @throws PropagoError where it cannot be decoded
   */
  async *frames(): AsyncGenerator<VideoFrame> {
    let cursor: string | undefined;
    for (;;) {
      const params = { path: { id: this.id }, query: { limit: 1000, cursor } };
      const { items, next, frames, decoding } = await good(this.api.GET('/v1/videos/{id}/frames', { params }));
      yield* items;
      const last = items.at(-1);
      if (last) cursor = String(last.index);
      if (next !== null) continue;
      if (decoding.error) throw new PropagoError(decoding.error);
      if (frames !== null) return;
      await sleep(200);
    }
  }

  /** The picture of a frame, upright, as JPEG. @param width pixels to scale it to; the video's own by default */
  image(frame: number, width?: number): ServerFile {
    const params = { path: { id: this.id, frame }, query: width === undefined ? {} : { width } };
    return new ServerFile((parseAs) => this.api.GET('/v1/videos/{id}/frames/{frame}/image.jpg', { params, parseAs }));
  }

  /** Removes it. @throws PropagoError VIDEO_IN_USE while there are runs on it */
  async delete(): Promise<void> {
    await good(this.api.DELETE('/v1/videos/{id}', { params: { path: { id: this.id } } }));
  }
}

/** The videos of the tenant. */
export class Videos {
  constructor(
    private readonly api: Api,
    private readonly upload: { resumableBytes: number; sendLarge: (file: Blob, name: string) => Promise<SentFile> },
  ) {}

  /**
   * Sends a video, or a zip of JPEG or PNG frames. A large one is sent in pieces: after an interruption, of either side,
   * the same call goes on with what is missing.
   * @param name what it is called; by default the name of a File
   * @throws PropagoError VIDEO_NOT_RECOGNISED and others where it cannot be used
   */
  async create(video: Blob, name = video instanceof File ? video.name : 'video'): Promise<Video> {
    const { resumableBytes, sendLarge } = this.upload;
    if (video.size > resumableBytes) {
      const { uploadId, forget } = await sendLarge(video, name);
      const made = await good(this.api.POST('/v1/videos', { body: { uploadId } }));
      await forget();
      return new Video(this.api, made);
    }
    const form = new FormData();
    form.append('video', video, name);
    return new Video(this.api, await good(this.api.POST('/v1/videos', { body: form as never })));
  }

  async get(id: string): Promise<Video> {
    return new Video(this.api, await good(this.api.GET('/v1/videos/{id}', { params: { path: { id } } })));
  }

  /** All of them, the newest first. */
  async *list(): AsyncGenerator<Video> {
    const page = (cursor: string | undefined) =>
      good(this.api.GET('/v1/videos', { params: { query: { limit: 200, cursor } } }));
    for await (const info of allItems(page)) yield new Video(this.api, info);
  }
}
