import EdgeLang
import EdgeTraining

extension Primitives {
    /// Layers that slide a window over pictures and series.
    static var convolutions: [BuiltinSpec] { [conv, conv1d, depthwise] }

    private static var conv: BuiltinSpec {
        BuiltinSpec(
            "conv", "Describes a convolution over height and width.",
            .value("filters", Int.self, in: 1...1_000_000, "how many channels come out"),
            .label("kernel", Extents.self, default: .first(3), "the extent of its window, or one for each axis"),
            .label("stride", Extents.self, default: .first(1), "from one window to the next"),
            .label(
                "padding", Layer.Padding.self, default: .same, "whether windows reach over the edge, where zeros are"),
            .label("dilation", Int.self, default: 1, in: 1...10_000, "from one place of the window to the next"),
            .label("groups", Int.self, default: 1, in: 1...1_000_000, "groups of channels that see only themselves"),
            .label("activation", Layer.Activation?.self, "what is applied to each number"),
            .label("bias", Bool.self, default: true, "whether a number of its own is added to each channel"),
            returns: "the layer", topic: "Training", seeAlso: ["network", "depthwise", "conv1d"],
            examples: [
                Example("network([conv(8, kernel: 5, stride: 2)], input: [1, 28, 28]).outputs[0].shape[2]", "14")
            ]
        ) { _, filters, kernel, stride, padding, dilation, groups, activation, bias in
            LayerObject(
                .convolution(
                    Layer.Convolution(
                        .picture, filters: filters, kernel: extents(kernel), stride: extents(stride),
                        dilation: dilation, padding: padding, groups: groups, bias: bias, activation: activation)),
                "conv(\(filters))")
        }
    }

    private static var conv1d: BuiltinSpec {
        BuiltinSpec(
            "conv1d", "Describes a convolution over time.",
            .value("filters", Int.self, in: 1...1_000_000, "how many channels come out"),
            .label("kernel", Int.self, default: 3, in: 1...1_000_000, "the length of its window"),
            .label("stride", Int.self, default: 1, in: 1...1_000_000, "from one window to the next"),
            .label(
                "padding", Layer.Padding.self, default: .same, "whether windows reach over the ends, where zeros are"),
            .label("dilation", Int.self, default: 1, in: 1...10_000, "from one place of the window to the next"),
            .label("depthwise", Bool.self, default: false, "each channel by itself; `filters` counts those of each"),
            .label("activation", Layer.Activation?.self, "what is applied to each number"),
            .label("bias", Bool.self, default: true, "whether a number of its own is added to each channel"),
            returns: "the layer", details: "It takes series of the shape [channels, time].", topic: "Training",
            seeAlso: ["network", "conv"],
            examples: [Example("network([conv1d(4, stride: 2)], input: [1, 100]).outputs[0].shape[2]", "50")]
        ) { _, filters, kernel, stride, padding, dilation, isDepthwise, activation, bias in
            LayerObject(
                .convolution(
                    Layer.Convolution(
                        isDepthwise ? .depthwiseSeries : .series, filters: filters, kernel: [kernel],
                        stride: [stride], dilation: dilation, padding: padding, bias: bias, activation: activation)),
                "conv1d(\(filters))")
        }
    }

    private static var depthwise: BuiltinSpec {
        BuiltinSpec(
            "depthwise", "Describes a convolution over height and width that treats each channel by itself.",
            .label("kernel", Extents.self, default: .first(3), "the extent of its window, or one for each axis"),
            .label("stride", Extents.self, default: .first(1), "from one window to the next"),
            .label(
                "padding", Layer.Padding.self, default: .same, "whether windows reach over the edge, where zeros are"),
            .label("multiplier", Int.self, default: 1, in: 1...1024, "how many channels are made of each"),
            .label("activation", Layer.Activation?.self, "what is applied to each number"),
            .label("bias", Bool.self, default: true, "whether a number of its own is added to each channel"),
            returns: "the layer",
            details: "Followed by `conv(n, kernel: 1)` it does what a convolution does at a fraction of its cost.",
            topic: "Training", seeAlso: ["network", "conv"],
            examples: [Example("network([depthwise(bias: false)], input: [4, 8, 8]).parameters", "36")]
        ) { _, kernel, stride, padding, multiplier, activation, bias in
            LayerObject(
                .convolution(
                    Layer.Convolution(
                        .depthwise, filters: multiplier, kernel: extents(kernel), stride: extents(stride),
                        padding: padding, bias: bias, activation: activation)), "depthwise()")
        }
    }
}
