export { inspectModel, type ModelFacts } from './inspect-model';
export { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from './inspection-limits';
