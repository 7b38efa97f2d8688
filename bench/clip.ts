import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { renderClip, SAMPLE_CLIP } from '@propago/sample-clip';
import { encodeVideo } from '@propago/video';

const FRAME_RATE = 24;
const RENDERED_FRAMES = 50;

/** A clip of any length, and the true mask of each of its frames. */
export interface BenchClip {
  video: Buffer;
  /** Indexed PNG of the labels of a frame. */
  maskOf(frame: number): Buffer;
}

/** The sample clip, played to and fro until it has the wanted length: long clips need no long rendering. */
export async function writeClip(folder: string, frames: number): Promise<BenchClip> {
  const { width, height } = SAMPLE_CLIP;
  const rendered = [...renderClip({ ...SAMPLE_CLIP, frames: Math.min(frames, RENDERED_FRAMES) })];
  const period = Math.max(1, 2 * rendered.length - 2);
  const shownAt = (i: number) => rendered[Math.min(i % period, period - (i % period))]!;
  const pictures = async function* (): AsyncGenerator<Buffer> {
    for (let i = 0; i < frames; i++) yield shownAt(i).rgb;
  };
  const file = path.join(folder, 'clip.mp4');
  await encodeVideo(file, { width, height, frameRate: FRAME_RATE }, pictures());
  const maskOf = (frame: number) =>
    encodeIndexedPng({ width, height, indices: shownAt(frame).labels, palette: VOC_PALETTE });
  return { video: await readFile(file), maskOf };
}

/** Sends a run with prompts on some frames, which is accepted. */
export async function postRun(
  url: string,
  clip: BenchClip,
  options: object,
  prompts: readonly number[],
): Promise<string> {
  const form = new FormData();
  form.append('options', JSON.stringify(options));
  for (const frame of prompts) {
    form.append(`mask@${frame}`, new Blob([new Uint8Array(clip.maskOf(frame))]), `${frame}.png`);
  }
  form.append('video', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
  const answer = await fetch(`${url}/v1/runs`, { method: 'POST', body: form });
  if (answer.status !== 202) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

/** A run that has succeeded. */
export interface EndedRun {
  timings: { seconds: number; firstMaskSeconds: number };
}

/**
 * Waits for the end through the event stream, as a client should: polling would cost the gateway more than the run.
 * @param onNews gets the stream's text as it comes
 * @throws Error with the run when it has not succeeded
 */
export async function endOf(url: string, id: string, onNews: (text: string) => void = () => {}): Promise<EndedRun> {
  const events = await fetch(`${url}/v1/runs/${id}/events`);
  for await (const text of events.body!.pipeThrough(new TextDecoderStream())) onNews(text);
  const run = (await (await fetch(`${url}/v1/runs/${id}`)).json()) as EndedRun & { state: string };
  if (run.state !== 'succeeded') throw new Error(JSON.stringify(run));
  return run;
}
