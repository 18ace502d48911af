import EdgeModels

/// Where channels, rows and columns of a sample stand within its numbers.
struct SampleLayout: Sendable {
    var channels = 1
    var height = 1
    var width = 1
    var channelStride = 0
    var rowStride = 0
    var columnStride = 1

    var count: Int { channels * height * width }

    /// - Parameter shape: that of one sample, without the batch.
    init(shape: [Int], layout: Layout) {
        switch (shape.count, layout) {
        case (0, _): break
        case (1, _): width = shape[0]
        case (2, .channelsFirst): (channels, width) = (shape[0], shape[1])
        case (2, .channelsLast): (width, channels) = (shape[0], shape[1])
        case (_, .channelsFirst):
            width = shape[shape.count - 1]
            height = shape[shape.count - 2]
            channels = shape.dropLast(2).reduce(1, *)
        case (_, .channelsLast):
            channels = shape[shape.count - 1]
            width = shape[shape.count - 2]
            height = shape.dropLast(2).reduce(1, *)
        }
        switch layout {
        case .channelsFirst: (channelStride, rowStride, columnStride) = (height * width, width, 1)
        case .channelsLast: (channelStride, rowStride, columnStride) = (1, width * channels, channels)
        }
    }

    /// The layout in which the first convolution or pooling that sees an input takes it.
    static func layout(of graph: Graph, input: ValueID) -> Layout {
        for node in graph.nodes where node.inputs.first == input && node.attributes["layout"] != nil {
            return node.layout
        }
        return .channelsFirst
    }
}
