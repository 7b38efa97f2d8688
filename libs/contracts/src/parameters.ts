import { z } from 'zod';

const inputSizeRule = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('short-side'),
      shortSide: z.int().min(32).max(2160),
      multipleOf: z.int().min(1).max(256),
      rounding: z.enum(['floor', 'nearest', 'ceil']),
    }),
    z.strictObject({
      kind: z.literal('fixed'),
      width: z.int().min(32).max(4096),
      height: z.int().min(32).max(4096),
    }),
    z.strictObject({
      kind: z.literal('native'),
      multipleOf: z.int().min(1).max(256),
      rounding: z.enum(['floor', 'nearest', 'ceil']),
    }),
  ])
  .describe('How the encoder’s input size follows from the size of the video (px).');

const neighbourhood = z.strictObject({
  shape: z.enum(['square', 'disc']).describe('square: |Δrow| and |Δcolumn| <= radius; disc: distance < radius.'),
  radius: z.number().min(0).max(512).describe('Patches.'),
  radiusInclusive: z.boolean().describe('A disc holds the patches at exactly this distance too.'),
});

/** Every knob of label propagation. Where the peers disagree, the disagreement is a parameter here. */
export const propagationParameters = z.strictObject({
  contextLength: z.int().min(1).max(64).describe('m: how many of the last frames are context.'),
  keepFirstFrame: z.boolean().describe('Frame 0 stays context for the whole video.'),
  restrictFirstFrame: z
    .boolean()
    .describe('The kept frame 0 is searched inside the neighbourhood only; otherwise everywhere.'),
  fillQueueWithFirstFrame: z
    .boolean()
    .describe('Before the video is m frames old, the queue is filled with copies of frame 0.'),
  firstFrameInQueue: z
    .boolean()
    .describe('Frame 0 passes through the queue as well, so it counts twice while it is both kept and recent.'),
  neighbourhood,
  topK: z.int().min(1).max(64).describe('k: how many most similar patches vote.'),
  temperature: z.number().min(0.001).max(10).describe('T of the softmax over the k similarities.'),
  labelResize: z
    .enum(['nearest', 'bilinear', 'area'])
    .describe('How the first mask becomes soft labels on the patch grid.'),
  normaliseLabels: z.boolean().describe('Renormalise each propagated row to sum 1.'),
  classNormalisation: z.enum(['none', 'min-max']).describe('Per-class min-max over the image before the arg max.'),
  upsampling: z
    .enum(['input-size', 'output-size', 'nearest'])
    .describe('Soft labels to pixels: bilinear to the encoder’s input size, bilinear to the video’s size, or nearest.'),
  inputSize: inputSizeRule,
  imageResize: z
    .enum(['bilinear', 'antialias'])
    .describe('bilinear: two taps, as OpenCV does; antialias: the filter widens when shrinking, as Pillow does.'),
});

export type PropagationParameters = z.infer<typeof propagationParameters>;

const dino: PropagationParameters = {
  contextLength: 7,
  keepFirstFrame: true,
  restrictFirstFrame: true,
  fillQueueWithFirstFrame: false,
  firstFrameInQueue: false,
  neighbourhood: { shape: 'square', radius: 12, radiusInclusive: true },
  topK: 5,
  temperature: 0.1,
  labelResize: 'nearest',
  normaliseLabels: false,
  classNormalisation: 'min-max',
  upsampling: 'input-size',
  inputSize: { kind: 'short-side', shortSide: 480, multipleOf: 64, rounding: 'floor' },
  imageResize: 'bilinear',
};

const crw: PropagationParameters = {
  contextLength: 20,
  keepFirstFrame: true,
  restrictFirstFrame: false,
  fillQueueWithFirstFrame: true,
  firstFrameInQueue: true,
  neighbourhood: { shape: 'disc', radius: 12, radiusInclusive: false },
  topK: 10,
  temperature: 0.07,
  labelResize: 'bilinear',
  normaliseLabels: false,
  classNormalisation: 'none',
  upsampling: 'input-size',
  inputSize: { kind: 'native', multipleOf: 8, rounding: 'floor' },
  imageResize: 'bilinear',
};

// SiamMAE, Table 4b (DAVIS). What the paper leaves open is set by what scored best with one encoder: area-averaged
// first labels, min-max over each class, frame 0 kept as context inside the neighbourhood.
const siammae: PropagationParameters = {
  contextLength: 20,
  keepFirstFrame: true,
  restrictFirstFrame: true,
  fillQueueWithFirstFrame: false,
  firstFrameInQueue: false,
  neighbourhood: { shape: 'disc', radius: 20, radiusInclusive: false },
  topK: 7,
  temperature: 0.1,
  labelResize: 'area',
  normaliseLabels: false,
  classNormalisation: 'min-max',
  upsampling: 'input-size',
  inputSize: { kind: 'short-side', shortSide: 480, multipleOf: 16, rounding: 'nearest' },
  imageResize: 'antialias',
};

/** Named parameter sets: ours for SiamMAE encoders, and one for each peer that publishes a protocol. */
export const PRESETS = {
  siammae,
  dino,
  crw,
  cropmae: {
    ...crw,
    topK: 7,
    neighbourhood: { shape: 'disc', radius: 20, radiusInclusive: false },
    temperature: 0.7,
    inputSize: { kind: 'fixed', width: 880, height: 480 },
  },
  vfs: {
    ...dino,
    contextLength: 20,
    firstFrameInQueue: true,
    topK: 10,
    temperature: 0.07,
    neighbourhood: { shape: 'disc', radius: 18, radiusInclusive: false },
    upsampling: 'output-size',
    inputSize: { kind: 'short-side', shortSide: 480, multipleOf: 8, rounding: 'nearest' },
  },
  // SiamMAE, Table 4b (VIP): top-k 10, neighbourhood 8, 560x560.
  vip: {
    ...siammae,
    topK: 10,
    neighbourhood: { shape: 'disc', radius: 8, radiusInclusive: false },
    inputSize: { kind: 'fixed', width: 560, height: 560 },
  },
  // SiamMAE, Table 4b (JHMDB): neighbourhood 20, 320x320.
  jhmdb: { ...siammae, topK: 10, inputSize: { kind: 'fixed', width: 320, height: 320 } },
} as const satisfies Record<string, PropagationParameters>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];
export const DEFAULT_PRESET: PresetName = 'siammae';
