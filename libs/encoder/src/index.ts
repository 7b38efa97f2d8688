export { type AcceleratorPlan } from './accelerator';
export { colourDescriptor } from './colour-descriptor';
export {
  CARD_METADATA_KEY,
  type EncoderCard,
  type EncoderCardFacts,
  encoderCardFactsSchema,
  encoderCardSchema,
  type EncoderFault,
  EncoderInvalid,
  parseCardFacts,
} from './encoder-card';
export { loadEncoderCard } from './load-encoder-card';
export {
  type EncodedFrames,
  Encoder,
  type EncoderOptions,
  type FeatureType,
  type FrameBatch,
  openEncoder,
} from './encoder';
export { EncoderProcess } from './encoder-process';
export { openRawEncoder, RawEncoder, type RawOutput } from './raw-encoder';
export { EXECUTION_PROVIDERS, type ExecutionProvider } from './execution-provider';
export { fromHalf, halvesToFloats, toHalf } from './half-float';
export { type InputSizeRule, inputSize, largestThatFits, type Size } from './input-size';
export * from './onnx-model';
export { SERVED, servedGraph } from './served-graph';
