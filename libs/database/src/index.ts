export * from './database';
export * from './database-failure';
export * from './hold-model-version';
export * from './run-selection';
export { Prisma } from './generated/client';
export type {
  ApiKey,
  FeatureSet,
  FrameSegment,
  FrameSet,
  FrameTable,
  ModelAlias,
  ModelAudit,
  ModelTraffic,
  ModelVersion,
  KeypointPrompt,
  Prompt,
  Run,
  RunObject,
  RunOutcome,
  TrainingArtifact,
  TrainingMetric,
  TrainingRun,
  UploadedVideo,
  Video,
  VideoFrame,
} from './generated/client';
export * from './lock-tenant';
export * from './lock-video';
