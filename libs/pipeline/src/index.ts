export * from './in-time';
export * from './next-steps';
export * from './queues';
export * from './reconciler';
export * from './run-plan';
export * from './stage-metrics';
export * from './stage-runner';
