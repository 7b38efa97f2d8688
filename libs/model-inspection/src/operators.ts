/**
 * Operators that exports of ViT and convolutional encoders use, and plain tensor arithmetic. Each is deterministic, has no state
 * and reads nothing but its inputs. Left out: control flow, sequences, strings, random numbers, optional values, image and audio
 * decoding, and what makes a tensor whose size depends on values (NonZero, Unique, Compress, OneHot).
 */
export const ALLOWED_OPERATORS: ReadonlySet<string> = new Set(
  [
    'Abs Acos Add And ArgMax ArgMin Asin Atan AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat Constant',
    'ConstantOfShape Conv ConvInteger Cos Cosh CumSum DepthToSpace DequantizeLinear Div DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements',
    'GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity',
    'InstanceNormalization LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul MatMulInteger Max MaxPool',
    'Mean MeanVarianceNormalization Min Mish Mod Mul Neg Not Or PRelu Pad Pow QuantizeLinear Range Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp',
    'ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize Round ScatterElements ScatterND Selu',
    'Shape Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh',
    'ThresholdedRelu Tile Transpose Trilu Unsqueeze Where Xor',
  ].flatMap((line) => line.split(' ')),
);

/** Operators that run graphs of their own. */
export const CONTROL_FLOW_OPERATORS: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** The domain of ONNX's own operators has two spellings. */
export function isOnnxDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** Domains that exporters import without need: ONNX Runtime's quantiser always does. No node may be of them. */
export const IDLE_DOMAINS: ReadonlySet<string> = new Set(['com.microsoft']);
