import { createReadStream, statSync } from 'node:fs';
import { Failure } from './failure';
import { followRun } from './follow-run';
import { videoSource, zipFrames } from './frame-folder';
import { Interruption } from './interruption';
import { FormPart } from './multipart-upload';
import { Platform } from './platform';
import { mustSucceed, RunProgress, RunResource } from './run-resource';

/** What to run. */
export interface RunRequest {
  /** File, or folder of frames. */
  video: string;
  /** Labels of the first frame. */
  mask: string;
  preset?: string;
  /** Parameters that differ from the preset. */
  parameters?: Record<string, unknown>;
  /** false: the server does not repeat it with a shadow version. */
  shadow?: boolean;
  /** true: nobody wants the run when it is interrupted, so it is removed. */
  transient?: boolean;
  /** What the run is called. */
  name?: string;
  tags?: string[];
}

/**
 * Looks at the files of a run before anything is started for it.
 *
 * @returns what is sent as the video
 * @throws Failure when one is missing, or the folder cannot be the frames of a video
 */
export function checkSources({ video, mask }: Pick<RunRequest, 'video' | 'mask'>): ReturnType<typeof videoSource> {
  if (!statSync(mask, { throwIfNoEntry: false })?.isFile()) throw new Failure(`there is no mask file ${mask}`, 2);
  return videoSource(video);
}

/** Who hears how a run goes. */
export interface RunListener {
  /** The run as it was accepted, with what it is warned about. */
  onAccepted?(run: RunResource): void;
  onProgress(progress: RunProgress): void;
}

/**
 * Sends one run and waits for its end. An interruption cancels it on the server, or removes it where it is transient.
 *
 * @throws Failure with the server's code when the run is refused, fails or is cancelled
 */
export async function performRun(
  platform: Platform,
  request: RunRequest,
  interruption: Interruption,
  listener: RunListener,
): Promise<RunResource> {
  const { video, mask, preset, parameters, shadow, transient, name, tags } = request;
  const { folder, ...source } = checkSources(request);
  const options = {
    preset,
    encoder: platform.encoder,
    shadow,
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
  listener.onAccepted?.(accepted);
  try {
    return mustSucceed(
      await followRun(client, accepted.id, (progress) => listener.onProgress(progress), interruption.signal),
    );
  } catch (error) {
    if (interruption.signal.aborted) {
      await (transient ? client.remove(accepted.id) : client.cancel(accepted.id)).catch(() => undefined);
      throw interruption.signal.reason;
    }
    throw error;
  }
}
