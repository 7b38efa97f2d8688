export { type EncoderCard, encoderCardSchema } from './encoder-card';
export { CARD_METADATA_KEY, loadEncoderCard } from './load-encoder-card';
export {
  type EncodedFrames,
  Encoder,
  type EncoderOptions,
  type FeatureType,
  type FrameBatch,
  openEncoder,
} from './encoder';
export { describeProviders, EXECUTION_PROVIDERS, type ExecutionProvider } from './execution-provider';
export { fromHalf, halvesToFloats, toHalf } from './half-float';
export { INPUT_SIZE_RULES, type InputSizeRule, inputSize, inputSizeRuleSchema, type Size } from './input-size';
export * from './onnx-model';
