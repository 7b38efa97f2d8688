import { join } from 'node:path';
import { z } from 'zod';
import type { ApiClient } from '../api-client';
import type { FramePrompt } from '../frame-prompt';
import { followRun } from '../follow-run';
import { mustSucceed, type RunProgress } from '../run-resource';
import { suggestions, type Suggestion } from '../suggestion';

const sized = z.looseObject({ video: z.looseObject({ width: z.number(), height: z.number() }) });
const place = z.looseObject({ name: z.string(), x: z.number().nullable(), y: z.number().nullable() });
const tracked = z.array(
  z.looseObject({ keypoints: z.array(z.looseObject({ id: z.number(), points: z.array(place) })) }),
);

/** What a run found of the key points of its objects, by frame, in pixels of the video. */
export interface TrackedRun {
  width: number;
  height: number;
  frames: z.infer<typeof tracked>;
}

/** The mask of one frame, and which objects are not on it. */
export interface SaidMask extends FramePrompt {
  /** Ids of objects that have no pixel and are spoken of all the same. */
  absent: readonly number[];
}

/** A run of an evaluation whose masks are there, and about which more can be said. */
export class LiveRun {
  /**
   * @param folder for files of this run only
   * @param onProgress hears of the work that a correction makes
   */
  constructor(
    private readonly client: ApiClient,
    readonly id: string,
    private readonly folder: string,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: RunProgress) => void,
  ) {}

  /** Downloads all masks as they are now. @returns the file, which the next call replaces */
  async masks(): Promise<string> {
    const archive = join(this.folder, 'masks.zip');
    await this.client.download(this.id, 'masks.zip', archive);
    return archive;
  }

  /** Says where objects are on a frame, and waits for the masks that follow. */
  async say({ absent, ...prompt }: SaidMask): Promise<void> {
    await this.client.putPrompt(this.id, prompt, 'exact', absent);
    mustSucceed(await followRun(this.client, this.id, this.onProgress, this.signal));
  }

  /** The size of the video, and the key points of its frames. */
  async keypoints(): Promise<TrackedRun> {
    const { video } = sized.parse(await this.client.getRun(this.id));
    return { ...video, frames: tracked.parse(await this.client.frames(this.id)) };
  }

  /** The frames whose correction would help most, the best first. */
  suggestions(count: number): Promise<Suggestion[]> {
    return suggestions(this.client, this.id, count);
  }

  /** Frames that hold a prompt, ascending. */
  async promptedFrames(): Promise<number[]> {
    const list = z.looseObject({ items: z.array(z.looseObject({ frame: z.number() })) });
    const { items } = list.parse(await this.client.call('GET', `/v1/runs/${this.id}/prompts`));
    return items.map(({ frame }) => frame);
  }
}
