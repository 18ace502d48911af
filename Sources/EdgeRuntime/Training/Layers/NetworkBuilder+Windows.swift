import EdgeModels
import EdgeTensors

/// Layers that slide a window: convolutions and pooling.
extension NetworkBuilder {
    mutating func convolve(_ settings: Layer.Convolution, _ name: String) throws {
        let isSeries = settings.kind == .series || settings.kind == .depthwiseSeries
        let axes = try enterWindow(axes: isSeries ? 1 : 2, name)
        let channels = shape[0]
        let isDepthwise = settings.kind == .depthwise || settings.kind == .depthwiseSeries
        let groups = isDepthwise ? channels : settings.groups
        let (filters, overflow) =
            isDepthwise
            ? settings.filters.multipliedReportingOverflow(by: channels) : (settings.filters, false)
        guard filters > 0, !overflow, filters <= Self.largestExtent else {
            throw refuse(name, "cannot have \(settings.filters) filters")
        }
        guard groups > 0, channels % groups == 0, filters % groups == 0 else {
            throw refuse(name, "cannot divide \(channels) channels and \(filters) filters into \(groups) groups")
        }
        let kernel = try extents(settings.kernel, axes, "kernel", name)
        let stride = try extents(settings.stride, axes, "stride", name)
        let window = try window(
            kernel, stride, dilation: settings.dilation, settings.padding, name)
        let area = kernel.reduce(1, *)
        let fanIn = channels / groups * area
        let weights = try weights(
            "\(name).weight", [filters, channels / groups] + kernel,
            start(before: settings.activation ?? .relu, fanIn: fanIn, fanOut: filters / groups * area))
        var inputs: [ValueID?] = [weights]
        if settings.bias { inputs.append(try self.weights("\(name).bias", [filters], .constant(0))) }
        var attributes = window.attributes
        attributes["group"] = groups > 1 ? .int(groups) : nil
        if settings.dilation > 1 { attributes["dilations"] = .ints(kernel.map { _ in settings.dilation }) }
        add(.conv, name, inputs: inputs, attributes: attributes, to: [filters] + window.extents)
        if let activation = settings.activation { try activate(activation, "\(name).\(activation.rawValue)") }
    }

    mutating func pool(
        _ maximum: Bool, _ size: [Int], _ stride: [Int]?, _ padding: Layer.Padding, _ name: String
    ) throws {
        let axes = try enterWindow(axes: shape.count == 2 ? 1 : 2, name)
        let kernel = try extents(size, axes, "size", name)
        let steps = try stride.map { try extents($0, axes, "stride", name) } ?? kernel
        let window = try window(kernel, steps, dilation: 1, padding, name)
        add(
            maximum ? .maxPool : .averagePool, name, attributes: window.attributes, to: [shape[0]] + window.extents)
    }

    mutating func poolGlobally(_ maximum: Bool, _ name: String) throws {
        switch shape.count {
        case 3:
            add(maximum ? .globalMaxPool : .globalAveragePool, name, to: [shape[0], 1, 1])
            add(.flatten, "\(name).flatten", attributes: ["axis": .int(1)], to: [shape[0]])
        case 2:
            // The axis of time goes.
            let time = isChannelsFirst == true ? 1 : 0
            let axes = try integers([time + 1], "\(name).axes")
            add(
                maximum ? .reduceMax : .reduceMean, name, inputs: [axes], attributes: ["keepdims": .int(0)],
                to: [shape[1 - time]])
        default:
            throw refuse(
                name, "needs a picture or a sequence, and gets \(shape.count == 1 ? "single numbers" : "\(shape)")")
        }
    }

    /// Makes sure that there is something to slide a window over, channels first.
    private mutating func enterWindow(axes: Int, _ name: String) throws -> Int {
        guard shape.count == axes + 1 else {
            throw refuse(
                name,
                "slides over \(axes == 1 ? "one axis" : "two axes") of `[channels\(axes == 1 ? ", time" : ", height, width")]`, and gets \(shape)",
                hint: shape.count == 1 ? "a series is given as input: [1, \(shape[0])]" : nil)
        }
        if axes == 1 {
            if isChannelsFirst == false { swapAxes("\(name).transpose") }
            isChannelsFirst = true
        }
        return axes
    }

    /// Exchanges the axes of times and features of a series.
    mutating func swapAxes(_ name: String) {
        add(.transpose, name, attributes: ["perm": .ints([0, 2, 1])], to: [shape[1], shape[0]])
    }

    private func extents(_ given: [Int], _ axes: Int, _ what: String, _ name: String) throws -> [Int] {
        let all = given.count == 1 ? [Int](repeating: given[0], count: axes) : given
        guard all.count == axes, all.allSatisfy({ $0 > 0 && $0 <= Self.largestExtent }) else {
            throw refuse(name, "has the \(what) \(given), where \(axes) extents above 0 are needed")
        }
        return all
    }

    private func window(
        _ kernel: [Int], _ stride: [Int], dilation: Int, _ padding: Layer.Padding, _ name: String
    ) throws -> (attributes: [String: Attribute], extents: [Int]) {
        guard dilation > 0, dilation <= Self.largestExtent else { throw refuse(name, "has the dilation \(dilation)") }
        var (before, after, extents): ([Int], [Int], [Int]) = ([], [], [])
        for (axis, extent) in shape.dropFirst().enumerated() {
            let reach = (kernel[axis] - 1) * dilation + 1
            switch padding {
            case .same:
                let output = (extent + stride[axis] - 1) / stride[axis]
                let total = max(0, (output - 1) * stride[axis] + reach - extent)
                before.append(total / 2)
                after.append(total - total / 2)
                extents.append(output)
            case .valid:
                guard reach <= extent else {
                    throw refuse(
                        name, "has a window of \(reach), which does not fit the extent \(extent) of \(shape)",
                        hint: "padding: \"same\" lets it reach over the edge")
                }
                before.append(0)
                after.append(0)
                extents.append((extent - reach) / stride[axis] + 1)
            }
        }
        var attributes: [String: Attribute] = ["kernel_shape": .ints(kernel), "strides": .ints(stride)]
        if (before + after).contains(where: { $0 > 0 }) { attributes["pads"] = .ints(before + after) }
        return (attributes, extents)
    }
}
