import { createApi, type Api } from './api.js';
import { Runs } from './runs.js';
import { sendResumably } from './uploads.js';
import { Videos } from './videos.js';

/** Smaller files are sent again sooner than pieces pay. */
const RESUMABLE_BYTES = 64 * 2 ** 20;

export interface PropagoOptions {
  /** Address of the gateway. */
  url: string;
  /** API key; absent where the platform asks for none. */
  key?: string;
  /** Files above this many bytes are sent in pieces, and go on after an interruption; 64 MiB by default. */
  resumableBytes?: number;
}

/** A platform, as one API key sees it. */
export class Propago {
  readonly runs: Runs;
  readonly videos: Videos;
  /** The generated client, for all that has no method here: `propago.api.GET('/v2/health/ready')`. */
  readonly api: Api;

  constructor({ url, key, resumableBytes = RESUMABLE_BYTES }: PropagoOptions) {
    const baseUrl = url.replace(/\/+$/, '');
    const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
    this.api = createApi(baseUrl, headers);
    const sendLarge = (file: Blob, name: string) => sendResumably(file, { baseUrl, headers, name });
    this.videos = new Videos(this.api, { resumableBytes, sendLarge });
    this.runs = new Runs(this.api, this.videos);
  }
}
