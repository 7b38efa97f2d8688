import { CodedError } from '@propago/contracts';
import { type EncoderCard, loadEncoderCard, openEncoder, openRawEncoder, readOnnxModel } from '@propago/encoder';
import { readFile } from 'node:fs/promises';
import { checkRawOutput } from './check-raw-output';
import { affineImage, compareGolden, GOLDEN_METADATA_KEY, readGolden } from './golden-features';
import type { ModelTask, ProbeReport, SayPhase } from './model-task';

const TIMED_FRAMES = 5;
const SD = { width: 854, height: 480 };

/** Loads a model, runs it in every way that the platform will, and measures it. @throws CodedError as `probeModel` says */
export async function measureModel(task: ModelTask & { kind: 'probe' }, say: SayPhase): Promise<ProbeReport> {
  say('loading');
  const card = await loadEncoderCard(task.path, task.facts);
  if (task.sha256 !== undefined && task.sha256 !== card.sha256) {
    throw new CodedError('MODEL_CHANGED', `The file has the digest ${card.sha256}, not ${task.sha256}.`);
  }
  say('probing sizes');
  const raw = await openRawEncoder(task.path, card);
  const sizes = await checkRawOutput(raw, card).finally(() => raw.close());
  const goldenError = await goldenDifference(task.path, card);
  say('measuring speed');
  const timing = await timeFrames(task, card);
  // Kilobytes, on Linux.
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  return { card, sizes, goldenError, ...timing, threads: task.threads, peakMemoryBytes };
}

async function goldenDifference(path: string, card: EncoderCard): Promise<number | null> {
  const { metadataProps } = readOnnxModel(await readFile(path));
  const entry = metadataProps?.find(({ key }) => key === GOLDEN_METADATA_KEY);
  if (!entry) return null;
  const golden = readGolden(entry.value, card);
  const { width, height } = golden;
  const encoder = await openEncoder({ path, card });
  try {
    return compareGolden(golden, await encoder.encode(affineImage(width, height), { count: 1, width, height }, 'fp32'));
  } finally {
    await encoder.close();
  }
}

async function timeFrames({ path, threads, maxSecondsPerFrame }: ModelTask & { kind: 'probe' }, card: EncoderCard) {
  const sideOf = (px: number) => Math.max(1, Math.round(px / card.inputMultiple)) * card.inputMultiple;
  const frame = { width: sideOf(SD.width), height: sideOf(SD.height) };
  const pixels = affineImage(frame.width, frame.height);
  const encoder = await openEncoder({ path, card, intraOpThreads: threads });
  const seconds: number[] = [];
  try {
    // The first run allocates.
    for (let i = 0; i <= TIMED_FRAMES; i++) {
      const start = performance.now();
      await encoder.encode(pixels, { count: 1, ...frame });
      if (i > 0) seconds.push((performance.now() - start) / 1000);
    }
  } finally {
    await encoder.close();
  }
  // The fastest one: other work on the machine only adds, and two versions are compared by these.
  const secondsPerFrame = Math.min(...seconds);
  if (maxSecondsPerFrame !== undefined && secondsPerFrame > maxSecondsPerFrame) {
    const each = `${secondsPerFrame.toPrecision(3)} s for a frame of ${frame.width}x${frame.height}`;
    throw new CodedError(
      'MODEL_TOO_SLOW',
      `The model takes ${each} on ${threads} threads; ${maxSecondsPerFrame} s are accepted.`,
    );
  }
  return { frame, secondsPerFrame };
}
