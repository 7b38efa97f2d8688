export type * from './format';
export type { LossReport } from './loss-meter';
export { ReadAnnotations, type ReadObject, type ReadShape } from './read/annotations';
export { readAnnotations } from './read/read-annotations';
export * from './write-export';
