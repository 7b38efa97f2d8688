export * from './in-time';
export * from './next-steps';
export * from './queues';
export * from './reconciler';
export * from './server-failure';
export * from './stage-metrics';
export * from './stage-runner';
export * from './wait-for-room';
