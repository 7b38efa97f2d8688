export { contextEntries } from './context';
export type { ContextEntry } from './context';
export { backendStates, createEngine } from './create-engine';
export type { EngineOptions } from './create-engine';
export { BACKENDS, PATHS } from './engine';
export type {
  AffinityEngine,
  AffinitySession,
  Backend,
  Path,
  PropagateOptions,
  Propagation,
  TopKLists,
} from './engine';
export { AffinityInputError } from './errors';
export { exponential } from './exponential';
export type { AffinityInputCode } from './errors';
export type { Features } from './features';
export { asFloat32 } from './half';
export { checkParameters } from './parameters';
export type { AffinityParameters, AffinityShape, Grid, Neighbourhood } from './parameters';
