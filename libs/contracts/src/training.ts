import { z } from 'zod';
import { modelName } from './models';

export const TRAINING_END_STATES = ['succeeded', 'failed', 'cancelled'] as const;
export type TrainingEndState = (typeof TRAINING_END_STATES)[number];
export type TrainingState = 'queued' | 'running' | TrainingEndState;

/** Settings that the platform chooses itself: places, the parent, what becomes of checkpoints. */
export const RESERVED_SETTINGS = ['data', 'videos', 'out', 'resume', 'parent', 'keep_checkpoints', 'stop_after'];

const setting = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected the name of a setting')
  .refine((name) => !RESERVED_SETTINGS.includes(name), 'the platform chooses this setting itself');

/** Where the videos of a training lie; both are looked up by the trainer. */
const place = {
  folder: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('Folder, video, list (.txt) or CSV below TRAINING_DATA of the trainer'),
  storage: z.string().min(1).max(900).optional().describe('Prefix of stored videos'),
};

/** What is trained on: generated clips, with the videos as textures where some are named, or pairs of the videos' frames. */
export const trainingData = z
  .strictObject({ source: z.enum(['generated', 'videos']).default('generated'), ...place })
  .refine(
    ({ folder, storage }) => folder === undefined || storage === undefined,
    'expected folder or storage, not both',
  )
  .refine(
    ({ source, folder, storage }) => source !== 'videos' || (folder ?? storage) !== undefined,
    'videos need a folder or a storage prefix',
  );
export type TrainingData = z.infer<typeof trainingData>;

/** The body of POST /v1/admin/training-runs. */
export const trainingRequest = z.strictObject({
  name: z.string().trim().min(1).max(200).default('training').describe('What a person calls it'),
  settings: z
    .record(setting, z.union([z.string().max(200), z.number(), z.boolean()]))
    .default({})
    .describe('Settings of propago_trainer/config.py that differ from their defaults; checked by the trainer itself'),
  data: trainingData.default({ source: 'generated' }),
  parent: z.uuid().optional().describe('Training run from whose last checkpoint the encoder starts'),
  model: modelName.optional().describe('Model whose next version the encoder becomes; without it none is registered'),
  weights: z.enum(['fp32', 'fp16', 'int8']).default('fp32').describe('How the ONNX file stores its weights'),
});
export type TrainingRequest = z.infer<typeof trainingRequest>;

/** Question: a change of the training runs, by whom. */
export type TrainingChange = { actor: string } & (
  { what: 'start'; request: TrainingRequest } | { what: 'cancel' | 'resume' | 'delete'; runId: string }
);

/** The training run that a change was about. */
export interface TrainingChanged {
  runId: string;
}
