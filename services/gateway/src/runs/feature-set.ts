import { createHash } from 'node:crypto';
import { CodedError } from '@propago/contracts';
import type { FrameSet, Prisma } from '@propago/database';
import { inputSize, largestThatFits, type EncoderCard } from '@propago/encoder';
import type { ConfigOf } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import type { RunUpload } from './upload.service';

/** Changes when decoding or resizing changes a pixel: frames and features of before are then not taken for those of now. */
const FRAMES_VERSION = 1;

/** What a run is made from: the frames of its video as the encoder sees them, and their features. */
export interface RunSets {
  frameSet: Prisma.FrameSetUncheckedCreateInput;
  featureSet: Prisma.FeatureSetUncheckedCreateInput;
}

/**
 * The sets that a run needs; the id of each is a digest of everything that decides its bytes.
 * @throws CodedError INPUT_TOO_LARGE
 */
export function runSetsOf(
  upload: RunUpload,
  { probe, card }: { probe: VideoProbe; card: EncoderCard },
  config: ConfigOf<'gateway'>,
): RunSets {
  const { FEATURE_PRECISION: precision, SEGMENT_FRAMES: segmentFrames } = config;
  const { imageResize, inputSize: rule } = upload.options.parsed.parameters;
  const size = inputSize(rule, probe, card);
  const pixels = size.width * size.height;
  if (pixels > config.MAX_INPUT_PIXELS) {
    const smaller = largestThatFits(rule, probe, card, config.MAX_INPUT_PIXELS);
    throw new CodedError(
      'INPUT_TOO_LARGE',
      `With inputSize ${JSON.stringify(rule)} the encoder ${card.name} would see this video at ` +
        `${size.width}x${size.height} px, ${pixels} pixels; this server accepts ${config.MAX_INPUT_PIXELS}. ` +
        (smaller ? `It accepts inputSize ${JSON.stringify(smaller)}.` : 'No size fits; crop the video.'),
    );
  }
  const videoSha256 = upload.video.sha256;
  const frames = { videoSha256, ...size, imageResize, segmentFrames };
  const frameSet = { id: frameSetId(frames), ...frames };
  const identity = [FRAMES_VERSION, videoSha256, card, size, imageResize, precision, segmentFrames];
  const id = digestOf(JSON.stringify(identity));
  const featureSet = { id, videoSha256, frameSetId: frameSet.id, encoderSha256: card.sha256, precision };
  return { frameSet, featureSet };
}

/** A migration has made the same ids from rows of before. */
export function frameSetId(frames: Omit<FrameSet, 'id' | 'createdAt'>): string {
  const { videoSha256, width, height, imageResize, segmentFrames } = frames;
  return digestOf(`frames ${FRAMES_VERSION} ${videoSha256} ${width}x${height} ${imageResize} ${segmentFrames}`);
}

/** Makes the sets known, or finds that they are. */
export async function keepSets(transaction: Prisma.TransactionClient, { frameSet, featureSet }: RunSets) {
  await transaction.frameSet.upsert({ where: { id: frameSet.id }, create: frameSet, update: {} });
  await transaction.featureSet.upsert({ where: { id: featureSet.id }, create: featureSet, update: {} });
}

function digestOf(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 40);
}
