public import EdgeLang
public import EdgeTraining

extension Layer.Activation: BuiltinChoice {}
extension Layer.Padding: BuiltinChoice {}

extension Primitives {
    /// A layer, or the name of one that needs no settings.
    struct LayerArgument: BuiltinArgument {
        let layer: Layer

        static var types: [ValueType] { LayerObject.types + [.string] }
        static var typeDescription: String { "layer | string" }

        static func decode(_ value: Value, _ context: CallContext) throws -> LayerArgument? {
            if let object = value.hostObject as? LayerObject { return LayerArgument(layer: object.layer) }
            guard let name = value.stringValue else { return nil }
            if let layer = plain[name] { return LayerArgument(layer: layer) }
            if let activation = Layer.Activation(rawValue: name) {
                return LayerArgument(layer: .activation(activation))
            }
            let names = plain.keys.sorted() + Layer.Activation.allCases.map(\.rawValue)
            throw RuntimeError(
                .unsuitableValue, "there is no layer \"\(name)\"",
                hint: Spelling.closest(to: name, among: names).map { "did you mean \"\($0)\"?" },
                notes: ["layers by name: \(names.joined(separator: ", "))"])
        }

        /// Layers that have usual settings.
        private static let plain: [String: Layer] = [
            "batch_norm": .batchNormalization(epsilon: 1e-5, momentum: 0.9),
            "layer_norm": .layerNormalization(epsilon: 1e-5),
            "max_pool": .pool(maximum: true, size: [2], stride: nil, padding: .valid),
            "avg_pool": .pool(maximum: false, size: [2], stride: nil, padding: .valid),
            "global_pool": .globalPool(maximum: false), "flatten": .flatten, "positions": .positions,
        ]
    }

    /// One extent, or one for each axis.
    typealias Extents = OneOf<Int, [Int]>

    static func extents(_ given: Extents) -> [Int] {
        switch given {
        case .first(let extent): [extent]
        case .second(let extents): extents
        }
    }

    /// Building networks.
    static var layers: [BuiltinSpec] { [network] + convolutions + otherLayers }

    private static let otherLayers: [BuiltinSpec] = [
        BuiltinSpec(
            "dense", "Describes a dense layer: each unit is a weighted sum of all features.",
            .value("units", Int.self, in: 1...1_000_000, "how many features come out"),
            .label("activation", Layer.Activation?.self, "what is applied to each"),
            .label("bias", Bool.self, default: true, "whether a number of its own is added to each"),
            returns: "the layer", details: "Of a sequence, each time is treated by itself.", topic: "Training",
            seeAlso: ["network", "conv"],
            examples: [Example("network([dense(4)], input: [3]).parameters", "16")]
        ) { _, units, activation, bias in
            LayerObject(.dense(units: units, bias: bias, activation: activation), "dense(\(units))")
        },
        pooling("max_pool", "Describes a layer that keeps the largest of each window.", maximum: true),
        pooling("avg_pool", "Describes a layer that keeps the mean of each window.", maximum: false),
        BuiltinSpec(
            "global_pool",
            "Describes a layer that keeps one number of each channel, or of each feature of a sequence.",
            .label("kind", GlobalPoolChoice.self, default: GlobalPoolChoice.mean, "its mean or its largest"),
            returns: "the layer", topic: "Training", seeAlso: ["network", "max_pool"],
            examples: [Example("network([global_pool()], input: [3, 8, 8]).outputs[0].shape[1]", "3")]
        ) { (_, kind: GlobalPoolChoice) -> LayerObject in
            let isMaximum = kind == GlobalPoolChoice.max
            return LayerObject(.globalPool(maximum: isMaximum), "global_pool()")
        },
        BuiltinSpec(
            "batch_norm",
            "Describes a layer that gives each channel the mean 0 and the deviation 1 within a batch, then a scale and a shift of its own.",
            .label("epsilon", Double.self, default: 1e-5, in: 1e-12...1.0, "what keeps the divisor above zero"),
            .label(
                "momentum", Double.self, default: 0.9, in: 0.0...1.0,
                "the share of what it remembers for later that each batch leaves"),
            returns: "the layer", topic: "Training", seeAlso: ["network", "layer_norm"],
            examples: [Example("network([conv(4), batch_norm(), \"relu\"], input: [1, 8, 8]).parameters", "56")]
        ) { _, epsilon, momentum in
            LayerObject(
                .batchNormalization(epsilon: Float(epsilon), momentum: Float(momentum)), "batch_norm()")
        },
        BuiltinSpec(
            "layer_norm",
            "Describes a layer that gives the features of each time the mean 0 and the deviation 1, then a scale and a shift of their own.",
            .label("epsilon", Double.self, default: 1e-5, in: 1e-12...1.0, "what keeps the divisor above zero"),
            returns: "the layer", topic: "Training", seeAlso: ["network", "batch_norm", "attention"],
            examples: [Example("network([layer_norm()], input: [10, 6]).outputs[0].shape[2]", "6")]
        ) { _, epsilon in LayerObject(.layerNormalization(epsilon: Float(epsilon)), "layer_norm()") },
        BuiltinSpec(
            "dropout", "Describes a layer that sets numbers to zero at random while training.",
            .value("rate", Double.self, default: 0.5, in: 0.0...0.99, "the share that is dropped"),
            returns: "the layer", topic: "Training", seeAlso: ["network"],
            examples: [Example("network([dropout(0.2), dense(1)], input: [4]).operators.Dropout", "1")]
        ) { _, rate in LayerObject(.dropout(rate: Float(rate)), "dropout(\(rate))") },
        BuiltinSpec(
            "residual", "Describes layers whose result is added to what went in.",
            .value("layers", [LayerArgument].self, "the layers, in order"),
            .label("activation", Layer.Activation?.self, "what is applied to the sum"),
            returns: "the layer",
            details:
                "Where the layers change the shape, what goes around them passes a linear map that changes it too.",
            topic: "Training", seeAlso: ["network"],
            examples: [
                Example(
                    "network([residual([dense(8, activation: \"relu\"), dense(4)])], input: [4]).operators.Add", "1"
                )
            ]
        ) { _, layers, activation in
            LayerObject(
                .residual(layers.map(\.layer), activation: activation), "residual([\(layers.count) layers])")
        },
        BuiltinSpec(
            "attention", "Describes self-attention: each time of a sequence looks at all times.",
            .label(
                "heads", Int.self, default: 1, in: 1...1024, "in how many ways at once; they divide the features"),
            returns: "the layer", topic: "Training", seeAlso: ["network", "layer_norm", "embedding"],
            examples: [Example("network([attention(heads: 2)], input: [10, 8]).parameters", "288")]
        ) { _, heads in LayerObject(.attention(heads: heads), "attention(heads: \(heads))") },
        BuiltinSpec(
            "embedding", "Describes a layer that has a vector for each whole number below a bound.",
            .value("vocabulary", Int.self, in: 1...100_000_000, "how many numbers there are"),
            .value("size", Int.self, in: 1...1_000_000, "the length of each vector"),
            returns: "the layer, which stands first", topic: "Training", seeAlso: ["network", "attention"],
            examples: [Example("network([embedding(100, 8)], input: [5]).parameters", "800")]
        ) { _, vocabulary, size in
            LayerObject(.embedding(vocabulary: vocabulary, size: size), "embedding(\(vocabulary), \(size))")
        },
        recurrence("lstm", "Describes a long short-term memory, which reads a sequence time by time.") {
            .lstm(units: $0, sequences: $1)
        },
        recurrence("gru", "Describes a gated recurrent unit, which reads a sequence time by time.") {
            .gru(units: $0, sequences: $1)
        },
    ]

    /// What is kept of a channel.
    enum GlobalPoolChoice: String, BuiltinChoice {
        case mean, max
    }

    private static func pooling(_ name: String, _ summary: String, maximum: Bool) -> BuiltinSpec {
        BuiltinSpec(
            name, summary,
            .value("size", Extents.self, default: .first(2), "the extent of the window, or one for each axis"),
            .label("stride", Extents?.self, "from one window to the next; the size where it is left out"),
            .label("padding", Layer.Padding.self, default: .valid, "whether windows reach over the edge"),
            returns: "the layer", topic: "Training", seeAlso: ["network", "global_pool"],
            examples: [Example("network([\(name)(2)], input: [1, 8, 8]).outputs[0].shape[3]", "4")]
        ) { _, size, stride, padding in
            LayerObject(
                .pool(
                    maximum: maximum, size: extents(size), stride: stride.map { extents($0) }, padding: padding),
                "\(name)(\(extents(size).map(String.init).joined(separator: " × ")))")
        }
    }

    private static func recurrence(
        _ name: String, _ summary: String, _ make: @escaping @Sendable (Int, Bool) -> Layer
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .value("units", Int.self, in: 1...100_000, "how many features it gives"),
            .label("sequences", Bool.self, default: false, "whether it gives those of every time, or of the last only"),
            returns: "the layer", topic: "Training", seeAlso: ["network"],
            examples: [
                Example("network([\(name)(8)], input: [20, 3]).outputs[0].shape[1]", "8")
            ]
        ) { _, units, sequences in LayerObject(make(units, sequences), "\(name)(\(units))") }
    }

    private static var network: BuiltinSpec {
        BuiltinSpec(
            "network", "Builds a network from its layers.",
            .value("layers", [LayerArgument].self, "the layers, in order; those without settings by name"),
            .label(
                "input", [Int].self,
                "the shape of one sample: [8] numbers, [channels, height, width], or [time, features] of a sequence"),
            .label("name", String.self, default: "network", "what it is called"),
            .label("seed", Int.self, default: 0, "another seed gives other first weights"),
            returns: "the model, not trained yet", type: "model",
            details: """
                By name: `"relu"`, `"relu6"`, `"leaky_relu"`, `"elu"`, `"silu"`, `"gelu"`, `"sigmoid"`, `"tanh"`, `"hard_swish"`, `"hard_sigmoid"`, \
                `"softmax"`, `"batch_norm"`, `"layer_norm"`, `"max_pool"`, `"avg_pool"`, `"global_pool"`, `"flatten"`, and `"positions"`, which adds a learned vector \
                to each place of a sequence. The first weights are random: before rectifiers as He's, else as Glorot's.
                """,
            topic: "Training", seeAlso: ["train", "conv", "dense", "residual", "describe"],
            examples: [
                Example(
                    """
                    network([conv(8, activation: "relu"), "max_pool", "flatten", dense(10), "softmax"], input: [1, 28, 28]).parameters
                    """, "15770"),
                Example("network([lstm(16), dense(1)], input: [24, 3]).operators.LSTM", "1"),
            ]
        ) { _, layers, input, name, seed in
            ModelObject(
                try NetworkBuilder.build(
                    layers.map(\.layer), input: input, name: name, seed: UInt64(bitPattern: Int64(seed))))
        }
    }
}
