/// One layer of a network that is yet to be built.
///
/// Samples of pictures have the shape `[channels, height, width]`, series under a 1-D convolution `[channels, time]`, sequences under recurrence and
/// attention `[time, features]`.
public indirect enum Layer: Sendable, Hashable {
    /// A convolution over one or two axes.
    case convolution(Convolution)
    /// `units` sums of all features of a sample, or of each time of a sequence.
    case dense(units: Int, bias: Bool, activation: Activation?)
    case batchNormalization(epsilon: Float, momentum: Float)
    /// Over the features of each time of a sequence, or of a flat sample.
    case layerNormalization(epsilon: Float)
    case activation(Activation)
    case pool(maximum: Bool, size: [Int], stride: [Int]?, padding: Padding)
    /// The mean, or the largest, of each channel.
    case globalPool(maximum: Bool)
    /// All numbers of a sample in one row.
    case flatten
    case dropout(rate: Float)
    /// The sum of what layers make of a sample and of the sample itself (where they change its shape: of a linear map of it).
    case residual([Layer], activation: Activation?)
    /// Each time looks at all times, in so many ways at once (Vaswani et al., 2017).
    case attention(heads: Int)
    /// A learned vector for each whole number below `vocabulary`.
    case embedding(vocabulary: Int, size: Int)
    /// A learned vector for each place in a sequence, added to what stands there.
    case positions
    case lstm(units: Int, sequences: Bool)
    case gru(units: Int, sequences: Bool)

    /// The settings of a convolution.
    public struct Convolution: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// Over height and width.
            case picture
            /// Over time.
            case series
            /// Over height and width, each channel by itself; `filters` counts those of each channel.
            case depthwise
            /// Over time, each channel by itself.
            case depthwiseSeries
        }

        public var kind: Kind
        public var filters: Int
        /// One extent for all axes, or one for each.
        public var kernel: [Int]
        public var stride: [Int]
        public var dilation: Int
        public var padding: Padding
        public var groups: Int
        public var bias: Bool
        public var activation: Activation?

        public init(
            _ kind: Kind, filters: Int, kernel: [Int] = [3], stride: [Int] = [1], dilation: Int = 1,
            padding: Padding = .same, groups: Int = 1, bias: Bool = true, activation: Activation? = nil
        ) {
            self.kind = kind
            self.filters = filters
            self.kernel = kernel
            self.stride = stride
            self.dilation = dilation
            self.padding = padding
            self.groups = groups
            self.bias = bias
            self.activation = activation
        }
    }

    /// What is done where a window reaches over the edge.
    public enum Padding: String, Sendable, Hashable, CaseIterable {
        /// Zeros stand there: the extent is that of the input divided by the stride.
        case same
        /// It does not go there.
        case valid
    }

    /// A function of each number by itself (`softmax`: of a row).
    public enum Activation: String, Sendable, Hashable, CaseIterable {
        case relu, relu6, elu, sigmoid, tanh, silu, gelu, softmax
        case leakyRelu = "leaky_relu"
        case hardSwish = "hard_swish"
        case hardSigmoid = "hard_sigmoid"
    }

    /// What layers without a name of their own are called, before their number.
    var title: String {
        switch self {
        case .convolution(let settings):
            switch settings.kind {
            case .picture: "conv"
            case .series: "conv1d"
            case .depthwise, .depthwiseSeries: "depthwise"
            }
        case .dense: "dense"
        case .batchNormalization: "batch_norm"
        case .layerNormalization: "layer_norm"
        case .activation(let activation): activation.rawValue
        case .pool(let maximum, _, _, _): maximum ? "max_pool" : "avg_pool"
        case .globalPool: "global_pool"
        case .flatten: "flatten"
        case .dropout: "dropout"
        case .residual: "residual"
        case .attention: "attention"
        case .embedding: "embedding"
        case .positions: "positions"
        case .lstm: "lstm"
        case .gru: "gru"
        }
    }
}
