import EdgeTensors

/// `NonMaxSuppression`: boxes in the order of their scores, those left out that overlap a better one of their class too much.
enum ReferenceNonMaxSuppression {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let shape = try context.operand(0).shape
        let scoreShape = try context.operand(1).shape
        guard shape.count == 3, scoreShape.count == 3, shape[2] == 4, scoreShape[0] == shape[0],
            scoreShape[2] == shape[1]
        else { throw context.fail("scores of shape \(scoreShape) do not fit boxes of shape \(shape)") }
        let boxes = try context.doubles(0)
        let scores = try context.doubles(1)
        let most = try context.optionalIntegers(2)?.first ?? 0
        let overlap = context.optional(3) == nil ? 0 : Double(try context.scalar(3))
        let threshold = context.optional(4) == nil ? -Double.infinity : Double(try context.scalar(4))
        let isCentred = context.node.int("center_point_box") == 1
        let corners: [Corners] = (0..<shape[0] * shape[1]).map { box in
            Corners(Array(boxes[4 * box..<4 * box + 4]), isCentred: isCentred)
        }
        var chosen: [Int64] = []
        for batch in 0..<shape[0] {
            for group in 0..<scoreShape[1] {
                let row = (batch * scoreShape[1] + group) * shape[1]
                let order = (0..<shape[1]).filter { scores[row + $0] > threshold }
                    .sorted { (scores[row + $1], $0) < (scores[row + $0], $1) }
                var kept: [Int] = []
                for box in order where kept.count < most {
                    let own = corners[batch * shape[1] + box]
                    guard kept.allSatisfy({ own.overlap(corners[batch * shape[1] + $0]) <= overlap }) else { continue }
                    kept.append(box)
                    chosen += [Int64(batch), Int64(group), Int64(box)]
                }
            }
        }
        let result = chosen
        return .known([try context.wrap { try Tensor(result, shape: [result.count / 3, 3]) }])
    }

    private struct Corners {
        var top: Double, left: Double, bottom: Double, right: Double

        init(_ box: [Double], isCentred: Bool) {
            if isCentred {
                (top, left) = (box[1] - box[3] / 2, box[0] - box[2] / 2)
                (bottom, right) = (box[1] + box[3] / 2, box[0] + box[2] / 2)
            } else {
                (top, left) = (min(box[0], box[2]), min(box[1], box[3]))
                (bottom, right) = (max(box[0], box[2]), max(box[1], box[3]))
            }
        }

        var area: Double { (bottom - top) * (right - left) }

        /// The area of both over the area of either.
        func overlap(_ other: Corners) -> Double {
            let height = max(0, min(bottom, other.bottom) - max(top, other.top))
            let width = max(0, min(right, other.right) - max(left, other.left))
            let common = height * width
            let union = area + other.area - common
            return union > 0 ? common / union : 0
        }
    }
}
