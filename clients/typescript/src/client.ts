import { createApi, type Api } from './api.js';
import { Runs } from './runs.js';
import { Videos } from './videos.js';

export interface PropagoOptions {
  /** Address of the gateway. */
  url: string;
  /** API key; absent where the platform asks for none. */
  key?: string;
}

/** A platform, as one API key sees it. */
export class Propago {
  readonly runs: Runs;
  readonly videos: Videos;
  /** The generated client, for all that has no method here: `propago.api.GET('/v2/health/ready')`. */
  readonly api: Api;

  constructor({ url, key }: PropagoOptions) {
    this.api = createApi(url, key);
    this.videos = new Videos(this.api);
    this.runs = new Runs(this.api, this.videos);
  }
}
