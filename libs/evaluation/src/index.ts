export * from './boundary-f';
export * from './jaccard';
export { type LabelFrame } from './label-frame';
export * from './measure';
export * from './pck';
export * from './semantic-iou';
export * from './sequence-score';
