import { join } from 'node:path';
import { z } from 'zod';
import type { ApiClient } from '../api-client';
import type { FramePrompt } from '../frame-prompt';
import { followRun } from '../follow-run';
import { mustSucceed, type RunProgress } from '../run-resource';
import { suggestions, type Suggestion } from '../suggestion';

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
