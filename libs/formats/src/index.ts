export type * from './format';
export type { LossReport } from './loss-meter';
export { paintShape, ReadAnnotations, type ReadObject, type ReadShape } from './read/annotations';
export { annotationsIn, isXml, readAnnotations } from './read/read-annotations';
export * from './write-export';
