export * from './bootstrap';
export * from './config';
export * from './health.controller';
export * from './metrics.controller';
export * from './news';
export * from './rounds';
export * from './runtime.module';
export * from './tokens';
export { assertHandlers, stageWork } from './stages.controller';
