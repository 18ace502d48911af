public import EdgeTensors

/// Names a value of one graph.
public struct ValueID: Sendable, Hashable, Comparable {
    package let index: Int
    package init(_ index: Int) { self.index = index }
    public static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// A parameter of a node that is fixed when the model is written.
public enum Attribute: Sendable {
    case int(Int)
    case float(Float)
    case string(String)
    case ints([Int])
    case floats([Float])
    case strings([String])
    case tensor(Tensor)
    case graph(Graph)
}

/// One operator applied to values.
///
/// **Quantized values.** Where a value has a quantization, the node computes on the real numbers that the integers stand for and
/// its result is rounded to the quantization of the output value; a convolution's `i32` bias has the scale
/// `input scale * weight scale`. Where the activations are float and the weights are quantized, the attribute
/// `dynamic_activations` (int 1) says that the activations are quantized to 8 bits as they arrive; without it the weights stand for the
/// float weights exactly.
public struct Node: Sendable {
    /// Unique in its graph; what `skip:` and error texts call it.
    public var name: String
    public var op: Operator
    /// In ONNX's order; nil for an optional input that is absent.
    public var inputs: [ValueID?]
    public var outputs: [ValueID]
    public var attributes: [String: Attribute]

    public init(
        name: String, op: Operator, inputs: [ValueID?], outputs: [ValueID], attributes: [String: Attribute] = [:]
    ) {
        self.name = name
        self.op = op
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }

    /// The input at a position, nil where it is absent.
    public func input(_ position: Int) -> ValueID? { position < inputs.count ? inputs[position] : nil }

    public func int(_ name: String) -> Int? {
        if case .int(let value)? = attributes[name] { value } else { nil }
    }

    public func float(_ name: String) -> Float? {
        if case .float(let value)? = attributes[name] { value } else { nil }
    }

    public func ints(_ name: String) -> [Int]? {
        if case .ints(let value)? = attributes[name] { value } else { nil }
    }

    public func string(_ name: String) -> String? {
        if case .string(let value)? = attributes[name] { value } else { nil }
    }

    public func graph(_ name: String) -> Graph? {
        if case .graph(let value)? = attributes[name] { value } else { nil }
    }

    /// Where the channels of the activations stand, for operators that ask.
    public var layout: Layout {
        get { string("layout").flatMap(Layout.init) ?? .channelsFirst }
        set { attributes["layout"] = newValue == .channelsFirst ? nil : .string(newValue.rawValue) }
    }
}

/// Where the channels of an activation stand.
public enum Layout: String, Sendable, Hashable {
    case channelsFirst = "NCHW"
    case channelsLast = "NHWC"
}
