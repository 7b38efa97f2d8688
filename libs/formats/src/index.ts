export type * from './format';
export type { LossReport } from './loss-meter';
export * from './write-export';
