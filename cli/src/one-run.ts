import { createReadStream, statSync } from 'node:fs';
import { Failure } from './failure';
import { followRun } from './follow-run';
import { videoSource, zipFrames } from './frame-folder';
import { Interruption } from './interruption';
import { FormPart } from './multipart-upload';
import { Platform } from './platform';
import { describeProblem, RunProgress, RunResource } from './run-resource';

/** What to run. */
export interface RunRequest {
  /** File, or folder of frames. */
  video: string;
  /** Labels of the first frame. */
  mask: string;
  preset?: string;
  /** Parameters that differ from the preset. */
  parameters?: Record<string, unknown>;
  /** What the run is called. */
  name?: string;
  tags?: string[];
}

/**
 * Sends one run and waits for its end. An interruption cancels it on the server.
 *
 * @throws Failure with the server's code when the run is refused, fails or is cancelled
 */
export async function performRun(
  platform: Platform,
  request: RunRequest,
  interruption: Interruption,
  onProgress: (progress: RunProgress) => void,
): Promise<RunResource> {
  const { video, mask, preset, parameters, name, tags } = request;
  if (!statSync(mask, { throwIfNoEntry: false })?.isFile()) throw new Failure(`there is no mask file ${mask}`, 2);
  const { folder, ...source } = videoSource(video);
  const options = {
    preset,
    encoder: platform.encoder,
    parameters: parameters && Object.keys(parameters).length > 0 ? parameters : undefined,
    name,
    tags,
  };
  const parts: FormPart[] = [
    { name: 'options', text: JSON.stringify(options) },
    { name: 'mask', fileName: 'mask.png', contentType: 'image/png', open: () => createReadStream(mask) },
    { name: 'video', ...source, open: () => (folder ? zipFrames(video) : createReadStream(video)) },
  ];
  const { client } = platform;
  const accepted = await client.createRun(parts);
  try {
    const run = await followRun(client, accepted.id, onProgress, interruption.signal);
    if (run.state === 'succeeded') return run;
    if (run.state === 'cancelled') throw new Failure(`run ${run.id} was cancelled`);
    throw new Failure(`run ${run.id} failed: ${run.error ? describeProblem(run.error) : 'the server gives no reason'}`);
  } catch (error) {
    if (interruption.signal.aborted) {
      await client.cancel(accepted.id).catch(() => undefined);
      throw interruption.signal.reason;
    }
    throw error;
  }
}
