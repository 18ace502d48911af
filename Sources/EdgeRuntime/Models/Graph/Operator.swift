/// The operators of the graph: ONNX's vocabulary (default domain, semantics of opset 21 unless a note says otherwise).
///
/// Convolution, pooling and their like carry the attribute `layout` (`"NCHW"`, the default and ONNX's, or `"NHWC"`, TFLite's),
/// which tells where the channels of their activations stand; weights are `[out, in / group, kernel…]` in both
/// (`ConvTranspose`: ONNX's `[in, out / group, kernel…]`).
///
/// Readers leave these forms only, whatever the file's version: what became an input in a later opset is an input (`Clip`, `Squeeze`,
/// `Unsqueeze`, `Slice`, `Pad`, `Split`, `Resize`, reductions' axes); `Cast` names its type by the attribute `to` (a string, `DType`'s raw value);
/// `Softmax` normalises one axis; `auto_pad` stays only where the shape is not known yet (`inferShapes` resolves it into `pads`).
/// `QuantizeLinear` and `DequantizeLinear` have one input where the scale is known before the model runs: the quantization stands in the type of
/// their integer side (of both sides, where `QuantizeLinear` goes from integers to integers). Only computed scales are inputs 1 and 2.
public enum Operator: String, Sendable, Hashable, CaseIterable {
    // Convolution and pooling
    case conv = "Conv"
    case convTranspose = "ConvTranspose"
    case maxPool = "MaxPool"
    case averagePool = "AveragePool"
    case globalAveragePool = "GlobalAveragePool"
    case globalMaxPool = "GlobalMaxPool"
    case batchNormalization = "BatchNormalization"
    case resize = "Resize"
    // Dense
    case gemm = "Gemm"
    case matMul = "MatMul"
    // Element by element
    case add = "Add"
    case sub = "Sub"
    case mul = "Mul"
    case div = "Div"
    case pow = "Pow"
    case maximum = "Max"
    case minimum = "Min"
    case relu = "Relu"
    case leakyRelu = "LeakyRelu"
    case pRelu = "PRelu"
    case elu = "Elu"
    case hardSigmoid = "HardSigmoid"
    case hardSwish = "HardSwish"
    case clip = "Clip"
    case sigmoid = "Sigmoid"
    case tanh = "Tanh"
    case sqrt = "Sqrt"
    case exp = "Exp"
    case log = "Log"
    case neg = "Neg"
    case abs = "Abs"
    case floor = "Floor"
    case ceil = "Ceil"
    case round = "Round"
    case reciprocal = "Reciprocal"
    case erf = "Erf"
    case equal = "Equal"
    case less = "Less"
    case greater = "Greater"
    case and = "And"
    case or = "Or"
    case not = "Not"
    case selectWhere = "Where"
    case cast = "Cast"
    // Reductions and normalisation
    case softmax = "Softmax"
    case logSoftmax = "LogSoftmax"
    case reduceMean = "ReduceMean"
    case reduceSum = "ReduceSum"
    case reduceMax = "ReduceMax"
    case reduceMin = "ReduceMin"
    case argMax = "ArgMax"
    // Shape
    case identity = "Identity"
    case dropout = "Dropout"
    case reshape = "Reshape"
    case flatten = "Flatten"
    case transpose = "Transpose"
    case squeeze = "Squeeze"
    case unsqueeze = "Unsqueeze"
    case concat = "Concat"
    case split = "Split"
    case slice = "Slice"
    case gather = "Gather"
    case pad = "Pad"
    case expand = "Expand"
    case tile = "Tile"
    case shape = "Shape"
    case constant = "Constant"
    case constantOfShape = "ConstantOfShape"
    case range = "Range"
    case spaceToDepth = "SpaceToDepth"
    case depthToSpace = "DepthToSpace"
    /// TFLite's `SPACE_TO_BATCH_ND` and `BATCH_TO_SPACE_ND`: inputs data, block shape, pads or crops.
    case spaceToBatch = "SpaceToBatch"
    case batchToSpace = "BatchToSpace"
    // Quantization
    case quantizeLinear = "QuantizeLinear"
    case dequantizeLinear = "DequantizeLinear"
    // Recurrence and control
    case lstm = "LSTM"
    case gru = "GRU"
    case rnn = "RNN"
    /// TFLite's `UNIDIRECTIONAL_SEQUENCE_LSTM`, inputs in its own order; the two state inputs are variables of the session.
    case sequenceLSTM = "UnidirectionalSequenceLSTM"
    case scan = "Scan"
    case loop = "Loop"
    case conditional = "If"
}
