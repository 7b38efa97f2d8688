export * from './database';
export * from './database-failure';
export * from './frame-steps';
export * from './hold-model-version';
export * from './long-transaction';
export * from './run-selection';
export { Prisma } from './generated/client';
export type {
  ApiKey,
  Export,
  ExportWork,
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
  Session,
  TrainingArtifact,
  TrainingMetric,
  TrainingRun,
  Upload,
  UploadedVideo,
  UploadPart,
  Video,
  VideoFrame,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
} from './generated/client';
export * from './lock-tenant';
export * from './lock-video';
