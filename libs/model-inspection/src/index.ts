export type { ProcessLimits } from './confined-process';
export { GOLDEN_METADATA_KEY } from './golden-features';
export { inspectModel, type ModelFacts } from './inspect-model';
export { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from './inspection-limits';
export type { ProbeReport, QualityReport } from './model-task';
export { probeModel, type ProbeOptions } from './probe-model';
export type { ModelProcessOptions } from './run-model-task';
export { scoreModel } from './score-model';
