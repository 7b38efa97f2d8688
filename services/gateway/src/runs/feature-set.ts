import { createHash } from 'node:crypto';
import { CodedError } from '@propago/contracts';
import { inputSize, largestThatFits, type EncoderCard } from '@propago/encoder';
import type { ConfigOf } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import type { RunUpload } from './upload.service';

/** Changes when decoding or resizing changes a pixel: features of before are then not taken for those of now. */
const FRAMES_VERSION = 1;

/**
 * The set of features that a run needs; its id is a digest of everything that decides their bytes.
 * @throws CodedError INPUT_TOO_LARGE
 */
export function featureSetOf(
  upload: RunUpload,
  { probe, card }: { probe: VideoProbe; card: EncoderCard },
  config: ConfigOf<'gateway'>,
) {
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
  const identity = [FRAMES_VERSION, upload.video.sha256, card, size, imageResize, precision, segmentFrames];
  return {
    id: createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 40),
    videoSha256: upload.video.sha256,
    encoderSha256: card.sha256,
    inputWidth: size.width,
    inputHeight: size.height,
    imageResize,
    precision,
    segmentFrames,
  };
}
