import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Failure } from './failure';
import { followRun } from './follow-run';
import { videoSource, zipFrames } from './frame-folder';
import { checkPromptFile, isJson, readJsonPrompt, type FramePrompt } from './frame-prompt';
import { Interruption } from './interruption';
import { FormPart } from './multipart-upload';
import { Platform } from './platform';
import { isLarge } from './resumable-upload';
import { mustSucceed, RunProgress, RunResource } from './run-resource';

/** What to run. */
export interface RunRequest {
  /** File, or folder of frames. */
  video: string;
  /** Labels of the first frame. */
  mask?: string;
  /** Labels of more frames. */
  prompts?: FramePrompt[];
  /** File of key points, in any format that the server takes. */
  keypoints?: string;
  /** What the server does with masks of another size: nearest scales them. */
  fit?: string;
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
export function checkSources(request: Sources): ReturnType<typeof videoSource> {
  const prompts = promptsOf(request);
  if (prompts.length === 0 && request.keypoints === undefined) {
    throw new Failure('Expected a mask of the first frame, at least one --prompt, or --keypoints.', 2);
  }
  if (request.keypoints !== undefined && !statSync(request.keypoints, { throwIfNoEntry: false })?.isFile()) {
    throw new Failure(`there is no file of key points ${request.keypoints}`, 2);
  }
  prompts.forEach(checkPromptFile);
  return videoSource(request.video);
}

type Sources = Pick<RunRequest, 'video' | 'mask' | 'prompts' | 'keypoints'>;

function promptsOf({ mask, prompts = [] }: Sources): FramePrompt[] {
  return [...(mask === undefined ? [] : [{ frame: 0, file: mask }]), ...prompts];
}

/** The parts of a form that say what is known of some frames. */
function partsOf(prompts: readonly FramePrompt[]): FormPart[] {
  const json = prompts.filter(isJson).map((prompt) => ({ frame: prompt.frame, ...readJsonPrompt(prompt) }));
  const masks = prompts
    .filter((prompt) => !isJson(prompt))
    .map(({ frame, file }) => ({
      name: frame === 0 ? 'mask' : `mask@${frame}`,
      fileName: `${frame}.png`,
      contentType: 'image/png',
      open: () => createReadStream(file),
    }));
  const text = JSON.stringify(json);
  const open = () => Readable.from([Buffer.from(text)]);
  return json.length > 0
    ? [...masks, { name: 'prompts', fileName: 'prompts.json', contentType: 'application/json', open }]
    : masks;
}

/** The part of a form that holds key points. */
function keypointPart({ keypoints }: Sources): FormPart[] {
  if (keypoints === undefined) return [];
  const contentType = keypoints.toLowerCase().endsWith('.csv') ? 'text/csv' : 'application/json';
  return [{ name: 'keypoints', fileName: 'keypoints', contentType, open: () => createReadStream(keypoints) }];
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
  const { video, preset, parameters, shadow, transient, name, tags, fit } = request;
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
    ...(fit === undefined ? [] : [{ name: 'fit', text: fit }]),
    ...partsOf(promptsOf(request)),
    ...keypointPart(request),
  ];
  const { client } = platform;
  const sent = isLarge(video) ? await client.sendFile(video, source.fileName) : undefined;
  const ofVideo: FormPart = sent
    ? { name: 'uploadId', text: sent.uploadId }
    : { name: 'video', ...source, open: () => (folder ? zipFrames(video) : createReadStream(video)) };
  const accepted = await client.createRun([...parts, ofVideo]);
  await sent?.forget();
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
